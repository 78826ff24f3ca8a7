import type { Size } from './camera.ts';
import { createCpuPainter } from './cpu-painter.ts';
import { ALL_PARTS, MOST_STEP, type Painter, type Scene, type ScenePart, type View } from './scene.ts';
import { createWebglPainter } from './webgl-painter.ts';

/** Milliseconds that a picture may take while the view moves. */
const MOVING_MS = 40;
/** Milliseconds without a movement after which the view rests. */
const REST_MS = 150;

/**
 * Paints a scene when something changed, at most once a frame, at the size and resolution of the canvas: by WebGL2, and
 * by the processor where there is none or while its context is lost. Where all cells take too long to follow a hand,
 * some of them are drawn while the view moves, and all when it rests.
 */
export interface Paintbrush {
  /** parts of the scene changed; without a part the view did. Points are taken to move, as the view does. */
  touch(...parts: ScenePart[]): void;
  size(): Size;
  pixelRatio(): number;
  kind(): Painter['kind'];
  dispose(): void;
}

/** @param onSize told when the canvas has another size, before it is painted */
export function createPaintbrush(
  canvas: HTMLCanvasElement,
  webgl: boolean,
  scene: Scene,
  view: (step: number) => View,
  onSize: () => void,
): Paintbrush {
  const stop = new AbortController();
  const changed = new Set<ScenePart>(ALL_PARTS);
  let frame = 0;
  /** drawn on while the canvas itself belongs to a context that is lost */
  let spare: HTMLCanvasElement | null = null;
  /** milliseconds that all cells take, as last measured; 0: not known */
  let fullMs = 0;
  let moving = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let size: Size = { width: canvas.clientWidth, height: canvas.clientHeight };
  let painter = (webgl ? createWebglPainter(canvas) : null) ?? withoutWebgl();

  function withoutWebgl(): Painter {
    if (canvas.getContext('2d') !== null) return createCpuPainter(canvas);
    spare = coverWith(canvas);
    return createCpuPainter(spare);
  }

  function replace(next: Painter) {
    painter.dispose();
    painter = next;
    fullMs = 0;
    touch(...ALL_PARTS);
  }

  function touch(...parts: ScenePart[]) {
    for (const part of parts) changed.add(part);
    if (parts.length === 0 || parts.includes('points')) move();
    request();
  }

  function move() {
    moving = true;
    clearTimeout(rest);
    rest = setTimeout(() => {
      moving = false;
      if (stepOf(fullMs) > 1) request();
    }, REST_MS);
  }

  function request() {
    if (frame === 0 && !stop.signal.aborted) frame = requestAnimationFrame(paint);
  }

  function paint() {
    frame = 0;
    if (size.width === 0 || size.height === 0) return;
    if (painter.busy()) return request();
    const ratio = devicePixelRatio;
    for (const surface of spare === null ? [canvas] : [canvas, spare]) {
      const width = Math.round(size.width * ratio);
      const height = Math.round(size.height * ratio);
      // to set even the same size would clear it
      if (surface.width !== width) surface.width = width;
      if (surface.height !== height) surface.height = height;
    }
    const step = moving ? stepOf(fullMs) : 1;
    const start = performance.now();
    painter.update(scene, changed);
    painter.paint(scene, view(step));
    measure(start, step, changed.size > 0);
    changed.clear();
  }

  /** What a picture took; with changed data it took longer, which serves as a first guess only. */
  function measure(start: number, step: number, isGuess: boolean) {
    if (painter.busy() && !stop.signal.aborted) requestAnimationFrame(() => measure(start, step, isGuess));
    else if (!isGuess || fullMs === 0) fullMs = (performance.now() - start) * step;
  }

  const observer = new ResizeObserver(() => {
    const next = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (next.width === size.width && next.height === size.height) return;
    size = next;
    onSize();
    touch();
  });
  observer.observe(canvas);
  watchResolution(stop.signal, () => touch());

  const onLost = (event: Event) => {
    // else the browser would never restore it
    event.preventDefault();
    replace(withoutWebgl());
  };
  const onRestored = () => {
    const restored = createWebglPainter(canvas);
    if (restored === null) return;
    spare?.remove();
    spare = null;
    replace(restored);
  };
  canvas.addEventListener('webglcontextlost', onLost, { signal: stop.signal });
  canvas.addEventListener('webglcontextrestored', onRestored, { signal: stop.signal });
  touch();

  return {
    touch,
    size: () => size,
    pixelRatio: () => devicePixelRatio,
    kind: () => painter.kind,
    dispose() {
      stop.abort();
      observer.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(rest);
      painter.dispose();
      spare?.remove();
    },
  };
}

function stepOf(fullMs: number): number {
  return Math.min(MOST_STEP, Math.max(1, Math.ceil(fullMs / MOVING_MS)));
}

/** A canvas over another one that leaves its events to it. */
function coverWith(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const cover = document.createElement('canvas');
  cover.setAttribute('aria-hidden', 'true');
  Object.assign(cover.style, {
    position: 'absolute',
    left: `${canvas.offsetLeft}px`,
    top: `${canvas.offsetTop}px`,
    width: '100%',
    height: '100%',
    pointerEvents: 'none',
  });
  canvas.after(cover);
  return cover;
}

/** Tells when the window comes to a screen of another resolution, or the page is zoomed. */
function watchResolution(signal: AbortSignal, onChange: () => void): void {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  query.addEventListener(
    'change',
    () => {
      onChange();
      watchResolution(signal, onChange);
    },
    { once: true, signal },
  );
}
