import { type ComponentProps, mount } from 'svelte';
import Scrubber from '../panels/Scrubber.svelte';
import base from '../styles/base.css?inline';
import tokens from '../styles/tokens.css?inline';
import JourneyStage from './JourneyStage.svelte';

/* The journey in a page of its own, which tests reach as `bundled`. */

const style = document.createElement('style');
style.textContent = tokens + base;
document.head.append(style);

let stage: ReturnType<typeof JourneyStage> | null = null;

export function showJourney(props: ComponentProps<typeof JourneyStage>): void {
  document.documentElement.dataset.theme = props.theme;
  stage = mount(JourneyStage, { target: document.getElementById('app')!, props });
}

export function seek(time: number): void {
  stage!.seek(time);
}

/** An exported figure in base64. */
export async function exported(format: 'png' | 'svg'): Promise<string> {
  return base64(await stage!.exportFigure(format));
}

/** A film of the journey: its bytes in base64, and what was said of the progress. @param stopAt share at which it is cancelled */
export async function filmed(how: 'video' | 'frames', seconds: number, rate: number, stopAt = 2) {
  const stop = new AbortController();
  const shares: number[] = [];
  const onProgress = (share: number) => {
    shares.push(share);
    if (share >= stopAt) stop.abort();
  };
  try {
    const { bytes, extension } = await stage!.exportFilm(how, seconds, rate, {
      signal: stop.signal,
      onProgress,
    });
    return { bytes: base64(bytes), extension, shares };
  } catch (error) {
    return { bytes: '', extension: (error as Error).name, shares };
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Forty timepoints, and labels that are long, from right to left, and CJK. */
export function showCrowded(theme: 'light' | 'dark', kind: 'forty' | 'long'): void {
  document.documentElement.dataset.theme = theme;
  const long = ['differentiation, second week', 'בין זמנים שונים', '第三天之後的時間點', '', '=1+1'];
  const labels =
    kind === 'forty' ? Array.from({ length: 40 }, (_, k) => `E${(6.5 + k / 8).toFixed(3)}`) : long;
  mount(Scrubber, {
    target: document.getElementById('app')!,
    props: {
      timepoints: labels.map((label, k) => ({ label, time: k ** 1.2, heldOut: k % 7 === 3 })),
      time: 2.5,
      playing: false,
      unit: kind === 'forty' ? 'embryonic day' : '',
      onseek: () => {},
      onplay: () => {},
    },
  });
}
