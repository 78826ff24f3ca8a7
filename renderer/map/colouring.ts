import { inkOf, type Theme } from '../../engine/figures/figure.ts';
import { mix, timeColor } from '../../engine/figures/palette.ts';
import type { Colouring } from '../../engine/host/protocol.ts';
import { categoryColours } from './category-colours.ts';
import { niceTicks } from './ticks.ts';

/** Steps of a ramp; entry 0 is a missing value. */
const RAMP_STEPS = 255;

export interface LegendEntry {
  /** −1: the value is missing */
  code: number;
  name: string;
  colour: string;
  /** cells, hidden ones too */
  count: number;
}

export interface CategoryLegend {
  kind: 'categories';
  /** in the order of the codes; missing values last, where there are any */
  entries: LegendEntry[];
}

export interface NumberLegend {
  kind: 'numbers';
  /** values at the ramp's ends; what lies beyond has the colour of the end */
  range: [number, number];
  /** whether some values lie beyond the ends */
  below: boolean;
  above: boolean;
  ticks: { value: number; label: string }[];
  /** colours from the low to the high end, evenly spaced */
  ramp: string[];
  missing: { count: number; colour: string };
}

export type Legend = CategoryLegend | NumberLegend;

/** The colour of every cell, for the map and all charts. */
export interface Coloured {
  /** [n]; 0 = missing, else an entry of the palette: code + 1, or a step of the ramp */
  entries: Uint8Array | Uint16Array;
  /** rgba an entry, opaque */
  palette: Uint8Array;
  /** numbers: high values lie on top */
  ranked: boolean;
  legend: Legend;
}

export interface ColouringOptions {
  /** numbers: values at the ends of the ramp; default the least and the largest */
  range?: readonly [number, number];
  /** numbers around a meaningful zero, e.g. growth: two colours that meet in a neutral one there; default as the colouring says */
  diverging?: boolean;
}

/** Colours of cells by categories or numbers, with the legend that explains them. */
export function colourCells(colouring: Colouring, theme: Theme, options: ColouringOptions = {}): Coloured {
  return colouring.kind === 'categories'
    ? colourCategories(colouring, theme)
    : colourNumbers(colouring.values, theme, { diverging: colouring.diverging ?? false, ...options });
}

/** n cells without a colouring. */
export function plainColours(n: number, theme: Theme): Coloured {
  const colour = inkOf(theme).line;
  return {
    entries: new Uint8Array(n).fill(1),
    palette: packPalette([missingColour(theme), colour]),
    ranked: false,
    legend: { kind: 'categories', entries: [{ code: 0, name: 'cells', colour, count: n }] },
  };
}

/**
 * The palette with some categories made invisible; of numbers the missing ones only can be.
 * @param hidden codes; −1 stands for missing values
 */
export function withHidden({ palette, ranked }: Coloured, hidden: ReadonlySet<number>): Uint8Array {
  if (hidden.size === 0) return palette;
  const isHidden = (entry: number) => hidden.has(entry - 1) && !(ranked && entry > 0);
  return palette.map((value, k) => (k % 4 === 3 && isHidden((k - 3) / 4) ? 0 : value));
}

function colourCategories(colouring: Colouring & { kind: 'categories' }, theme: Theme): Coloured {
  const { codes, names, ordered } = colouring;
  const entries = names.length < 256 ? new Uint8Array(codes.length) : new Uint16Array(codes.length);
  const counts = new Uint32Array(names.length + 1);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const entry = code >= 0 && code < names.length && code < 65535 ? code + 1 : 0;
    entries[i] = entry;
    counts[entry]++;
  }
  const colours = categoryColours(names, ordered, theme);
  const missing = missingColour(theme);
  const legend = names.map((name, code) => ({ code, name, colour: colours[code], count: counts[code + 1] }));
  if (counts[0] > 0) legend.push({ code: -1, name: 'missing', colour: missing, count: counts[0] });
  return {
    entries,
    palette: packPalette([missing, ...colours]),
    ranked: false,
    legend: { kind: 'categories', entries: legend },
  };
}

function colourNumbers(values: Float32Array, theme: Theme, options: ColouringOptions): Coloured {
  const extent = finiteRange(values);
  const range = rampRange(extent, options);
  const [low, high] = range;
  const steps = high > low ? (RAMP_STEPS - 1) / (high - low) : 0;
  const entries = new Uint8Array(values.length);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const step = (values[i] - low) * steps;
    // neither NaN nor an infinity is a place on the ramp
    if (step - step !== 0) missing++;
    else entries[i] = (1.5 + (step < 0 ? 0 : step > RAMP_STEPS - 1 ? RAMP_STEPS - 1 : step)) | 0;
  }
  const ramp = Array.from({ length: RAMP_STEPS }, (_, k) =>
    rampColour(k / (RAMP_STEPS - 1), theme, options.diverging ?? false),
  );
  const grey = missingColour(theme);
  return {
    entries,
    palette: packPalette([grey, ...ramp]),
    ranked: true,
    legend: {
      kind: 'numbers',
      range,
      below: extent !== null && extent[0] < low,
      above: extent !== null && extent[1] > high,
      ticks: niceTicks(low, high, 5),
      ramp: ramp.filter((_, k) => k % 2 === 0),
      missing: { count: missing, colour: grey },
    },
  };
}

function rampRange(extent: [number, number] | null, options: ColouringOptions): [number, number] {
  const [low, high] = options.range ?? extent ?? [0, 0];
  if (!options.diverging) return [low, high];
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return [-reach, reach];
}

function rampColour(u: number, theme: Theme, diverging: boolean): string {
  if (!diverging) return timeColor(u, theme);
  // no grey, which stands for no value
  const neutral = theme === 'light' ? '#e3d69c' : '#6b6440';
  return u < 0.5 ? mix('#0072B2', neutral, 2 * u) : mix(neutral, '#D55E00', 2 * u - 1);
}

function finiteRange(values: Float32Array): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low && value > Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value < Number.POSITIVE_INFINITY) high = value;
  }
  return low > high ? null : [low, high];
}

function missingColour(theme: Theme): string {
  return inkOf(theme).faint;
}

/** rgb 0 to 255 of `#rrggbb`. */
export function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function packPalette(colours: readonly string[]): Uint8Array {
  return Uint8Array.from(colours.flatMap((colour) => [...rgbOf(colour), 255]));
}
