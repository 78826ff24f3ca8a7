import type { Progress } from '../../engine/host/protocol.ts';

/** Shorter than this nobody notices waiting. */
const NOTICED_MS = 300;
/** Longer than this one wants to know how long. */
const LONG_MS = 10_000;

export type Waiting = 'silent' | 'quiet' | 'long';

/** What is shown of a task: nothing at first, then a bar, then a bar with the time left. */
export function waitingOf(elapsedMs: number, progress: Progress | null): Waiting {
  if (elapsedMs < NOTICED_MS) return 'silent';
  const expectedMs = elapsedMs + 1000 * (progress?.secondsLeft ?? 0);
  return expectedMs < LONG_MS ? 'quiet' : 'long';
}

/** Share of the stage that is done; null: not known. */
export function shareDone(progress: Progress | null): number | null {
  return progress && progress.steps > 0 ? Math.min(1, progress.step / progress.steps) : null;
}

const STAGES: Partial<Record<Progress['stage'], string>> = {
  reading: 'reading the file',
  indexing: 'sorting by gene, once for this file',
  normalising: 'normalising the counts',
  'variable genes': 'choosing variable genes',
  components: 'computing principal components',
  neighbours: 'finding near cells',
  graph: 'joining near cells',
  layout: 'laying out the map',
  coupling: 'pairing cells of neighbouring timepoints',
  choosing: 'trying what predicts best',
  interpolant: 'bending the paths',
  'vector field': 'learning the velocities',
  rollout: 'following the cells',
  evaluation: 'measuring the predictions',
};

export const stageWords = (stage: Progress['stage']) => STAGES[stage] ?? stage;

/** `about 2 min left` */
export function timeLeft(seconds: number): string {
  if (seconds < 1) return 'almost done';
  return `about ${duration(seconds)} left`;
}

/** `40 s`, `3 min`, `2 h` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
