import type { Camera, Size } from './camera.ts';

/** Bits of a cell's state. */
export const SELECTED = 1;
export const HOLLOW = 2;
export const NO_PLACE = 4;

/** Polylines over the cells, e.g. trajectories. */
export interface Lines {
  /** flat [m, 2]; NaN parts a line */
  positions: Float32Array;
  /** first vertex of each line, ascending */
  starts: Uint32Array;
  /** entry of the lines' palette a vertex, [m] */
  entries: Uint16Array;
  /** rgba an entry, 0 to 255; the alpha is the line's */
  palette: Uint8Array;
}

/** All that is drawn, whoever draws it. Arrays belong to the scene; a painter reads them only. */
export interface Scene {
  /** flat [n, 2] */
  positions: Float32Array;
  /** SELECTED, HOLLOW, NO_PLACE, [n] */
  states: Uint8Array;
  /** palette entry of each cell, [n]; 0 = the value is missing */
  entries: Uint8Array | Uint16Array;
  /** rgba an entry; alpha 0: cells of this entry are not drawn */
  palette: Uint8Array;
  /** whether later entries lie on top (numbers: the high ones); else a fixed random order mixes the cells */
  ranked: boolean;
  /** whether cells that are not selected are dimmed */
  selecting: boolean;
  lines: Lines | null;
}

export type ScenePart = 'positions' | 'states' | 'entries' | 'palette' | 'lines';

/** How it is seen. */
export interface View extends Size {
  camera: Camera;
  pixelRatio: number;
  /** diameter of a cell in CSS pixels */
  pointSize: number;
  /** each so many-th cell is drawn, 1 = all, at most MOST_STEP */
  step: number;
  /** what dimmed cells fade to, rgb 0 to 255 */
  faint: readonly [number, number, number];
}

export interface Painter {
  readonly kind: 'webgl' | 'cpu';
  /** takes over what changed */
  update(scene: Scene, parts: Iterable<ScenePart>): void;
  paint(scene: Scene, view: View): void;
  /** whether the last picture is not finished yet; to paint again would only make a queue */
  busy(): boolean;
  dispose(): void;
}

/** WebGL's limit for the distance of attributes: 255 bytes, of which a place takes 8. */
export const MOST_STEP = 31;

/** Share of the faint colour in a dimmed cell. */
export const DIMMED = 0.85;

export function emptyScene(): Scene {
  return {
    positions: new Float32Array(0),
    states: new Uint8Array(0),
    entries: new Uint8Array(0),
    palette: new Uint8Array([128, 128, 128, 255]),
    ranked: false,
    selecting: false,
    lines: null,
  };
}

/** Scatters the bits of a row (lowbias32, C. Wellons); the vertex shader has the same one. */
export function scatter(row: number): number {
  let v = row ^ (row >>> 16);
  v = Math.imul(v, 0x7feb352d);
  v ^= v >>> 15;
  v = Math.imul(v, 0x846ca68b);
  return (v ^ (v >>> 16)) >>> 0;
}

/** Priorities are below it. */
export const PRIORITIES = 32768;

/**
 * Which of two cells on one pixel is seen: the one of higher priority. Selected before dimmed, known before missing
 * values, then by entry (ranked) or at random: the order of rows in a file would hide whole categories, and colours
 * that mix would name one that is not there.
 */
export function priorityOf(row: number, entry: number, dimmed: boolean, ranked: boolean): number {
  const rank = ranked ? ((entry - 1) << 5) | (scatter(row) >>> 27) : scatter(row) >>> 19;
  return (dimmed ? 0 : 16384) + (entry === 0 ? 0 : 1 + rank);
}

/** Whether a cell is drawn, and so may be hovered and selected. */
export function isShown(scene: Scene, row: number): boolean {
  return (scene.states[row] & NO_PLACE) === 0 && scene.palette[4 * scene.entries[row] + 3] > 0;
}
