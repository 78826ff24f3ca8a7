import type { Camera, Size } from './camera.ts';

/** Bits of a cell's state. */
export const SELECTED = 1;
export const HOLLOW = 2;
export const NO_PLACE = 4;
/** Three bits of how far a cell fades, 0 to MOST_FADE, e.g. the further its timepoint is from the time that is shown. */
export const FADE_SHIFT = 3;
export const MOST_FADE = 7;
/** A cell that fades so far lies below the others. */
export const FADE_BELOW = 4;

/** Points over the cells with sizes of their own, e.g. predicted cells: filled, translucent, later rows on top. */
export interface Points {
  /** flat [m, 2] */
  positions: Float32Array;
  /** area as a multiple of the usual one, shown within LEAST_MASS and MOST_MASS; 0: not drawn, [m] */
  mass: Float32Array;
  /** entry of the points' palette, [m] */
  entries: Uint8Array | Uint16Array;
  /** rgba an entry, 0 to 255; the alpha is that of one point alone */
  palette: Uint8Array;
}

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
  /** SELECTED, HOLLOW, NO_PLACE and how far it fades, [n] */
  states: Uint8Array;
  /** palette entry of each cell, [n]; 0 = the value is missing */
  entries: Uint8Array | Uint16Array;
  /** rgba an entry; alpha 0: cells of this entry are not drawn */
  palette: Uint8Array;
  /** whether later entries lie on top (numbers: the high ones); else a fixed random order mixes the cells */
  ranked: boolean;
  /** whether cells that are not selected are dimmed */
  selecting: boolean;
  points: Points | null;
  lines: Lines | null;
  /** drawn over the lines */
  arrows: Lines | null;
}

/** `points` are all of them but the palette, which changes seldom. */
export type ScenePart =
  | 'positions'
  | 'states'
  | 'entries'
  | 'palette'
  | 'points'
  | 'points palette'
  | 'lines'
  | 'arrows';

export const ALL_PARTS: readonly ScenePart[] = [
  'positions',
  'states',
  'entries',
  'palette',
  'points',
  'points palette',
  'lines',
  'arrows',
];

/** How it is seen. */
export interface View extends Size {
  camera: Camera;
  pixelRatio: number;
  /** diameter of a cell in CSS pixels */
  pointSize: number;
  /** diameter of one of the points of mass 1, CSS pixels */
  markSize: number;
  /** each so many-th cell is drawn, 1 = all, at most MOST_STEP */
  step: number;
  /** what dimmed cells fade to, rgb 0 to 255 */
  faint: readonly [number, number, number];
  /** colour that the rims of points tend to, rgb 0 to 255 */
  ink: readonly [number, number, number];
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

/** Masses beyond are drawn like these. */
export const LEAST_MASS = 0.1;
export const MOST_MASS = 8;

/** Share of the ink in the colour of a rim, and what of its transparency the rim lacks. */
export const RIM_INK = 0.7;
export const RIM_OPACITY = 0.6;
/** Smaller points have no rim: pixels of the screen. */
export const LEAST_RIMMED_RADIUS = 2;

/** Diameter of a point among those of mass 1; 0: not drawn. */
export function markDiameter(mass: number, usual: number): number {
  return mass > 0 ? usual * Math.sqrt(Math.min(MOST_MASS, Math.max(LEAST_MASS, mass))) : 0;
}

/** Eight steps of fading for weights of 0 to 1. */
export function fadeSteps(weights: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(weights, (weight) => Math.round(MOST_FADE * (1 - Math.min(1, Math.max(0, weight)))));
}

/** Writes into states how far the group of each cell fades; of no step: all the way. null: nothing fades. */
export function fadeGroups(
  states: Uint8Array,
  emphasis: { groups: ArrayLike<number>; steps: Uint8Array } | null,
): void {
  const others = 255 & ~(MOST_FADE << FADE_SHIFT);
  const fits = emphasis?.groups.length === states.length ? emphasis : null;
  for (let i = 0; i < states.length; i++) {
    const fade = fits === null ? 0 : (fits.steps[fits.groups[i]] ?? MOST_FADE);
    states[i] = (states[i] & others) | (fade << FADE_SHIFT);
  }
}

/** How far a cell fades, 0 to MOST_FADE: all the way where others are selected. */
export function fadeOf(state: number, selecting: boolean): number {
  return selecting && (state & SELECTED) === 0 ? MOST_FADE : (state >> FADE_SHIFT) & MOST_FADE;
}

/** Whether a cell lies below those that fade less. */
export function liesBelow(fade: number): boolean {
  return fade >= FADE_BELOW;
}

export function emptyScene(): Scene {
  return {
    positions: new Float32Array(0),
    states: new Uint8Array(0),
    entries: new Uint8Array(0),
    palette: new Uint8Array([128, 128, 128, 255]),
    ranked: false,
    selecting: false,
    points: null,
    lines: null,
    arrows: null,
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
