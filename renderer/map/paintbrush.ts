import type { Size } from './camera.ts';
import { createCpuPainter } from './cpu-painter.ts';
import type { Painter, Scene, ScenePart, View } from './scene.ts';
import { createWebglPainter } from './webgl-painter.ts';

const ALL: readonly ScenePart[] = ['positions', 'states', 'entries', 'palette', 'lines'];

/**
 * Paints a scene when something changed, at most once a frame, at the size and resolution of the canvas: by WebGL2, and
 * by the processor where there is none or while its context is lost.
 */
export interface Paintbrush {
  /** parts of the scene changed; without a part the view did */
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
  view: () => View,
  onSize: () => void,
): Paintbrush {
  const stop = new AbortController();
  const changed = new Set<ScenePart>(ALL);
  let frame = 0;
  /** drawn on while the canvas itself belongs to a context that is lost */
  let spare: HTMLCanvasElement | null = null;
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
    touch(...ALL);
  }

  function touch(...parts: ScenePart[]) {
    for (const part of parts) changed.add(part);
    if (frame === 0 && !stop.signal.aborted) frame = requestAnimationFrame(paint);
  }

  function paint() {
    frame = 0;
    if (size.width === 0 || size.height === 0) return;
    const ratio = devicePixelRatio;
    for (const surface of spare === null ? [canvas] : [canvas, spare]) {
      const width = Math.round(size.width * ratio);
      const height = Math.round(size.height * ratio);
      // to set even the same size would clear it
      if (surface.width !== width) surface.width = width;
      if (surface.height !== height) surface.height = height;
    }
    painter.update(scene, changed);
    changed.clear();
    painter.paint(scene, view());
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
      painter.dispose();
      spare?.remove();
    },
  };
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
