import type { CellMap } from '../map/cell-map.ts';
import { colourCells } from '../map/colouring.ts';
import { emphasisAt, pointsAlong } from '../map/journey.ts';
import { coloursAlong, withOpacity } from '../map/journey-colours.ts';
import { scatter } from '../map/scene.ts';
import { closeMap, nextFrame, openMap } from './cell-map-page.ts';
import { DAYS, followedCells, realCells } from './synthetic-journey.ts';

/* Runs in the page of bench/cell-map.ts, which calls it as `bundled`. */

const REPEATS = 15;
const CLUSTERS = 30;
const NAMES = Array.from({ length: CLUSTERS }, (_, k) => `type ${k}`);

type Data = ReturnType<typeof simulate>;
let data: Data | null = null;
/** Pictures begun so far: a map that still waits for its last one begins none. */
let pictures = 0;
/** milliseconds of the callback of a frame in which the last one was begun */
let paintMs = 0;

const { drawArrays } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.drawArrays = function (...values) {
  pictures++;
  drawArrays.apply(this, values);
};
const { putImageData } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.putImageData = function (...values: unknown[]) {
  pictures++;
  Reflect.apply(putImageData, this, values);
};

const request = globalThis.requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (callback) =>
  request((time) => {
    const before = pictures;
    const start = performance.now();
    callback(time);
    if (pictures > before) paintMs = performance.now() - start;
  });

/** Cells in round clusters of several sizes, with cell types and the expression of a gene. */
export function simulate(cells: number) {
  const uniform = (k: number) => scatter(k + 1) / 2 ** 32;
  const positions = new Float32Array(2 * cells);
  const codes = new Int32Array(cells);
  const values = new Float32Array(cells);
  for (let i = 0; i < cells; i++) {
    const cluster = Math.floor(uniform(4 * i) * CLUSTERS);
    const radius = (0.5 + (cluster % 5) / 2) * Math.sqrt(-2 * Math.log(uniform(4 * i + 1) + 1e-9));
    const angle = 2 * Math.PI * uniform(4 * i + 2);
    const centre = 8 * Math.sqrt(cluster / 6);
    positions[2 * i] = centre * Math.cos(cluster * 2.4) + radius * Math.cos(angle);
    positions[2 * i + 1] = centre * Math.sin(cluster * 2.4) + radius * Math.sin(angle);
    codes[i] = cluster;
    values[i] = Math.max(0, 6 * uniform(4 * i + 3) - 3);
  }
  return { positions, codes, values };
}

/** After all that was begun is drawn, and the map knows it. */
async function rested(): Promise<void> {
  await nextFrame();
  finish();
  await nextFrame();
}

/** Milliseconds of the main thread: the call, and painting in the frame after it. */
async function mainThread(work: () => void): Promise<number> {
  await rested();
  const before = pictures;
  const start = performance.now();
  work();
  const worked = performance.now() - start;
  while (pictures === before) await nextFrame();
  return worked + paintMs;
}

/** The middle of several; the least is what they take when nothing else runs. */
async function repeated(work: (k: number) => number | Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let k = 0; k < REPEATS; k++) times.push(await work(k));
  times.sort((a, b) => a - b);
  const [least, middle, most] = [0, REPEATS >> 1, REPEATS - 1].map((k) => times[k].toFixed(1));
  return `${middle} ms (${least} to ${most})`;
}

/** Waits until what was drawn is there: reading a pixel needs it finished. */
function finish(): void {
  const gl = document.querySelector('canvas')?.getContext('webgl2');
  if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}

async function drawnMs(work: () => void): Promise<number> {
  await rested();
  const before = pictures;
  const start = performance.now();
  work();
  while (pictures === before) await new Promise((resolve) => request(resolve));
  finish();
  return performance.now() - start;
}

/** The longest that the page could do nothing else while the index was built. */
async function indexing(built: Promise<void>): Promise<string> {
  const start = performance.now();
  let done = false;
  let longest = 0;
  void built.then(() => {
    done = true;
  });
  while (!done) {
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve));
    longest = Math.max(longest, performance.now() - before);
  }
  return `${(performance.now() - start).toFixed(0)} ms, longest wait of other work ${longest.toFixed(1)}`;
}

function drag(canvas: HTMLCanvasElement, kind: string, x: number, y: number): void {
  canvas.dispatchEvent(
    new PointerEvent(kind, { pointerId: 1, clientX: x, clientY: y, button: 0, bubbles: true }),
  );
}

export async function measure(cells: number, webgl: boolean): Promise<Record<string, string>> {
  const made = simulate(cells);
  data = made;
  const types = { kind: 'categories', codes: made.codes, names: NAMES, ordered: false } as const;
  const gene = { kind: 'numbers', values: made.values } as const;
  const results: Record<string, string> = {};
  let opened!: CellMap;
  results['set-up'] = await repeated(async () => {
    closeMap();
    return mainThread(() => {
      opened = openMap({ webgl });
      opened.setPositions(made.positions);
      opened.setColours(colourCells({ ...types, names: [...NAMES] }, 'light'));
    });
  });
  results.painter = opened.painter;
  results.index = await indexing(opened.indexed);
  const canvas = document.querySelector('canvas')!;
  canvas.setPointerCapture = () => {};

  results['recolour by cell type'] = await repeated(() =>
    mainThread(() => opened.setColours(colourCells({ ...types, names: [...NAMES] }, 'light'))),
  );
  results['recolour by gene'] = await repeated(() =>
    mainThread(() => opened.setColours(colourCells(gene, 'light'))),
  );
  opened.setColours(colourCells({ ...types, names: [...NAMES] }, 'light'));
  results['hide a cell type'] = await repeated((k) => mainThread(() => opened.setHidden(new Set([k]))));
  opened.setHidden(new Set());
  drag(canvas, 'pointerdown', 500, 350);
  results.pan = await repeated((k) => mainThread(() => drag(canvas, 'pointermove', 500 + 3 * (k + 1), 350)));
  results['pan until drawn'] = await repeated((k) =>
    drawnMs(() => drag(canvas, 'pointermove', 545 + 3 * (k + 1), 350)),
  );
  drag(canvas, 'pointerup', 600, 350);
  opened.resetCamera();
  await nextFrame();
  await new Promise((resolve) => setTimeout(resolve, 500));
  results['all cells until drawn'] = await repeated((k) => drawnMs(() => opened.setHidden(new Set([k]))));
  opened.setHidden(new Set());

  results['find the cell at the pointer'] = await repeated((k) => {
    const start = performance.now();
    opened.cellAt(120 + 50 * k, 90 + 37 * k);
    return performance.now() - start;
  });
  opened.setHidden(new Set(NAMES.keys()));
  results['the same with all cells hidden'] = await repeated(() => {
    const start = performance.now();
    opened.cellAt(500, 350);
    return performance.now() - start;
  });
  opened.setHidden(new Set());
  const lasso = Array.from({ length: 300 }, (_, k) => [
    500 + 300 * Math.cos(k / 47.7),
    350 + 250 * Math.sin(k / 47.7),
  ]);
  let chosen = new Int32Array(0);
  results['lasso of 300 vertices'] = await repeated(() => {
    const start = performance.now();
    chosen = opened.cellsInside(lasso.flat());
    return performance.now() - start;
  });
  const mask = new Uint8Array(cells);
  for (const row of chosen) mask[row] = 1;
  results.select = await repeated(() => mainThread(() => opened.setSelection(mask)));
  opened.setSelection(null);
  await nextFrame();
  return results;
}

/**
 * Predicted cells that move over as many real ones: the main thread's milliseconds for places between two frames, and for
 * drawing them, over the whole way.
 */
export async function measureJourney(cells: number, webgl: boolean): Promise<Record<string, string>> {
  closeMap();
  const map = openMap({ webgl });
  const real = realCells(cells);
  map.setPositions(real.positions);
  const followed = followedCells(cells);
  const colours = coloursAlong(followed, { kind: 'time', range: [0, 12], title: 'day' }, 'light')!;
  const along = pointsAlong(followed, { ...colours, palette: withOpacity(colours.palette, 0.5) });
  const timeAt = (k: number) => 0.05 + (11.9 * k) / REPEATS;
  const results: Record<string, string> = {};
  results['places between two frames'] = await repeated((k) => {
    const start = performance.now();
    along.at(timeAt(k));
    return performance.now() - start;
  });
  results['a frame of predicted cells'] = await repeated((k) =>
    mainThread(() => {
      map.setPoints(along.at(timeAt(k)));
      map.setEmphasis({ groups: real.timepoint, weights: emphasisAt(DAYS, timeAt(k)) });
    }),
  );
  results.painter = map.painter;
  closeMap();
  return results;
}

/** Time from a key to the presented frame, as the browser itself measures it for what `press` causes. */
export function watchKeys(): void {
  keyMs.length = 0;
  document.querySelector('canvas')!.focus();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === 'keydown') keyMs.push(entry.duration);
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
}

export const keyMs: number[] = [];

/** Gives up map and data. @returns bytes of the data */
export function forget(): number {
  closeMap();
  const bytes =
    data === null ? 0 : data.positions.byteLength + data.codes.byteLength + data.values.byteLength;
  data = null;
  return bytes;
}
