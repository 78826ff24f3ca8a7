import type { PlotData } from 'plotly.js';
import {
  baseAxis,
  baseLayout,
  type Figure,
  groundOf,
  inkOf,
  plotlyText,
  shortLabel,
  type Theme,
} from './figure.ts';
import { methodColors, mix } from './palette.ts';
import { decimalsFor, formatCount, formatNumber, heldOutLabel, methodLabel } from './words.ts';

/**
 * How many cells W₁ is taken over: all of both sides (mean ± sd over seeds); as many of each side, with a 95 % interval over the
 * choice of cells; as many as the noise floor has, which alone compares with it strictly.
 */
export const DISTANCE_MEASURES = ['all cells', 'equal numbers', 'floor'] as const;
export type DistanceMeasure = (typeof DISTANCE_MEASURES)[number];

/** What metrics.json has of it. */
export interface HeldOutDistances {
  rows: readonly {
    method: string;
    heldOut: string;
    heldOutTogether: string | null;
    seed: number;
    cellType: string | null;
    w1: number | null;
    w1AtEqualSize: number | null;
    w1AtFloorSize: number | null;
  }[];
  summary: readonly {
    method: string;
    heldOut: string | null;
    heldOutTogether: string | null;
    w1Mean: number | null;
    w1Sd: number | null;
    w1AtEqualSize: number | null;
    w1Low: number | null;
    w1High: number | null;
  }[];
  floors: readonly { heldOut: string; cells: number; w1Mean: number; w1Sd: number }[];
  /** e.g. `day` */
  unit?: string;
}

/** One bar: W₁ of a method at a held-out timepoint. */
export interface DistanceEntry {
  method: string;
  /** null: the mean over all held-out timepoints */
  heldOut: string | null;
  heldOutTogether: string | null;
  value: number;
  /** ends of the whisker; null: it has none */
  low: number | null;
  high: number | null;
  /** of the seeds */
  seeds: number[];
}

/** What is drawn and stands in the table, in the order of methods and held-out timepoints. */
export function distanceEntries(input: HeldOutDistances, measure: DistanceMeasure): DistanceEntry[] {
  const whole = input.rows.filter((row) => row.cellType === null);
  const column = ({ 'all cells': 'w1', 'equal numbers': 'w1AtEqualSize', floor: 'w1AtFloorSize' } as const)[
    measure
  ];
  const several = new Set(input.summary.map(keyOf)).size > 2;
  return input.summary.flatMap((entry): DistanceEntry[] => {
    const { method, heldOut, heldOutTogether } = entry;
    // of one it would be said twice
    if (heldOut === null && (!several || measure === 'floor')) return [];
    const seeds = whole.flatMap((row) => {
      const value = row[column];
      return row.method === method && keyOf(row) === keyOf(entry) && value !== null ? [value] : [];
    });
    const found = measured(entry, measure, seeds);
    return found === null ? [] : [{ method, heldOut, heldOutTogether, ...found, seeds }];
  });
}

function measured(
  { w1Mean, w1Sd, w1AtEqualSize, w1Low, w1High }: HeldOutDistances['summary'][number],
  measure: DistanceMeasure,
  seeds: readonly number[],
): Pick<DistanceEntry, 'value' | 'low' | 'high'> | null {
  if (measure === 'equal numbers')
    return w1AtEqualSize === null ? null : { value: w1AtEqualSize, low: w1Low, high: w1High };
  const [mean, sd] = measure === 'floor' ? meanAndSd(seeds) : [w1Mean, w1Sd];
  if (mean === null) return null;
  return { value: mean, low: sd === null ? null : mean - sd, high: sd === null ? null : mean + sd };
}

function meanAndSd(values: readonly number[]): [number | null, number | null] {
  const n = values.length;
  if (n === 0) return [null, null];
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, n < 2 ? null : Math.sqrt(square / (n - 1))];
}

/** Groups up to which bars are drawn; more are points joined by lines. */
const MOST_BARS = 10;

/** W₁ by held-out timepoint and method, with whiskers, baselines and the noise floor. */
export function heldOutDistancesFigure(
  input: HeldOutDistances,
  { theme = 'light', measure = 'all cells' }: { theme?: Theme; measure?: DistanceMeasure } = {},
): Figure {
  const { unit } = input;
  const entries = distanceEntries(input, measure);
  const groups = [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
  const methods = [...new Set(entries.map((entry) => entry.method))];
  const many = groups.length > MOST_BARS;
  const ink = inkOf(theme);
  const width = 0.78 / Math.max(1, methods.length);
  const colors = methodColors(methods, theme);
  const decimals = decimalsFor(
    entries.map(({ value }) => value),
    entries.map(({ value, high }) => (high === null ? null : high - value)),
  );
  const label = ({ heldOut, heldOutTogether }: DistanceEntry) =>
    heldOut === null ? 'mean over all' : heldOutLabel(heldOut, heldOutTogether, unit);
  const traces = methods.map((method, m): Partial<PlotData> => {
    const own = entries.filter((entry) => entry.method === method);
    const at = own.map(
      (entry) =>
        groups.findIndex((group) => keyOf(group) === keyOf(entry)) +
        (m - (methods.length - 1) / 2) * (many ? 0.5 * width : width),
    );
    const color = colors.get(method)!;
    const shared: Partial<PlotData> = {
      name: plotlyText(methodLabel(method)),
      x: at,
      y: own.map(({ value }) => value),
      error_y: {
        type: 'data',
        symmetric: false,
        array: own.map(({ value, high }) => (high === null ? 0 : high - value)),
        arrayminus: own.map(({ value, low }) => (low === null ? 0 : value - low)),
        visible: own.some(({ low }) => low !== null),
        color: many ? color : ink.text,
        thickness: 1.2,
        width: many ? 0 : 3,
      },
      hovertext: own.map((entry) => plotlyText(hoverOf(entry, label(entry), decimals))),
      hoverinfo: 'text',
    };
    return many
      ? {
          ...shared,
          type: 'scatter',
          mode: 'lines+markers',
          marker: { size: 5, color },
          line: { width: 1, color },
        }
      : { ...shared, type: 'bar', width: width * 0.88, marker: { color: mix(color, groundOf(theme), 0.2) } };
  });
  return {
    data: [...traces, ...floorTrace(input, groups, measure, theme)],
    layout: {
      ...baseLayout(theme, 380),
      barmode: 'overlay',
      xaxis: {
        ...baseAxis(theme, 'held out'),
        tickvals: groups.map((_, g) => g),
        ticktext: groups.map((group) => plotlyText(shortLabel(label(group)))),
        tickfont: { size: 12, color: ink.text },
        range: [-0.6, groups.length - 0.4],
        ticks: '',
      },
      yaxis: { ...baseAxis(theme, 'W<sub>1</sub> distance (embedding units)', true), rangemode: 'tozero' },
    },
    caption: captionOf(measure, input.floors),
    print: {
      width: Math.max(480, Math.min(720, 60 + 16 * groups.length * (many ? 1 : methods.length))),
      height: 320,
    },
  };
}

function hoverOf({ method, value, low, high }: DistanceEntry, where: string, decimals: number): string {
  const number = (each: number) => formatNumber(each, decimals);
  const range = low === null || high === null ? '' : ` (${number(low)} to ${number(high)})`;
  return `${methodLabel(method)}, ${where}: ${number(value)}${range}`;
}

/** Random parts of the same timepoint against each other, over the width of its group. */
function floorTrace(
  { floors, unit }: HeldOutDistances,
  groups: readonly DistanceEntry[],
  measure: DistanceMeasure,
  theme: Theme,
): Partial<PlotData>[] {
  const known = groups.flatMap((group, g) => {
    const floor = floors.find(({ heldOut }) => heldOut === group.heldOut);
    return floor ? [{ g, floor }] : [];
  });
  if (known.length === 0) return [];
  return [
    {
      type: 'scatter',
      mode: 'lines',
      name: plotlyText(`same ${unit ?? 'timepoint'} against itself`),
      x: known.flatMap(({ g }) => [g - 0.46, g + 0.46, null]) as number[],
      y: known.flatMap(({ floor }) => [floor.w1Mean, floor.w1Mean, null]) as number[],
      hovertext: known.flatMap(({ floor }) => {
        const text = `${formatNumber(floor.w1Mean, 3)} ± ${formatNumber(floor.w1Sd, 3)}, ${formatCount(floor.cells)} cells a side`;
        return [text, text, ''];
      }),
      hoverinfo: 'text',
      line: { color: inkOf(theme).text, width: 1.5, dash: measure === 'floor' ? 'solid' : 'dot' },
    },
  ];
}

function captionOf(measure: DistanceMeasure, floors: HeldOutDistances['floors']): string {
  const what =
    'Wasserstein-1 distance between the predicted and the real cells of the held-out timepoint; lower is better. Grey: no training. ';
  const floor =
    floors.length === 0
      ? ''
      : measure === 'floor'
        ? ' Line: random parts of the real cells against each other, which a perfect prediction would reach.'
        : ' Dotted: random parts of the real cells against each other, at the size of the noise floor; over more cells it would lie lower.';
  const how = {
    'all cells': 'Over all cells; mean over seeds, whiskers: ± one standard deviation over seeds.',
    'equal numbers':
      'Over equal numbers of predicted and real cells; whiskers: 95 % interval over the choice of cells.',
    floor:
      'Over as many cells as the noise floor has; mean over seeds, whiskers: ± one standard deviation over seeds.',
  };
  return what + how[measure] + floor;
}

function keyOf({
  heldOut,
  heldOutTogether,
}: {
  heldOut: string | null;
  heldOutTogether: string | null;
}): string {
  return JSON.stringify([heldOut, heldOutTogether]);
}
