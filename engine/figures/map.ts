import type { PlotData } from 'plotly.js';
import {
  baseAxis,
  baseLayout,
  coordinates,
  drawnRows,
  type Figure,
  inkOf,
  paddedRange,
  plotlyText,
  type Theme,
} from './figure.ts';
import { mix, timeColor, timepointColors } from './palette.ts';
import { componentTitle, formatCount, joinAnd, timepointLabel } from './words.ts';

export interface TimepointNames {
  /** in order of time */
  labels: string[];
  /** in real units, `[labels.length]` */
  times: number[];
  /** e.g. `day` */
  unit?: string;
}

export interface MapInput {
  /** name in `obsm`, e.g. `X_pca` */
  embedding: string;
  /** whether it is a map such as UMAP, on which distances mean little; default no */
  forTheEye?: boolean;
  /** row-major `[nObs, dims]` */
  points: Float32Array;
  dims: number;
  /** index into the timepoints, −1 = of none and not drawn, `[nObs]` */
  cellTimepoint: Int32Array;
  timepoints: TimepointNames;
  /** labels of timepoints whose cells are drawn as rings */
  heldOut?: readonly string[];
  trajectories?: {
    /** real time of each point, ascending */
    times: readonly number[];
    /** row-major `[times, trajectories, dims]` */
    points: Float32Array;
    /** above 1: far from any cell `[times, trajectories]`; null or absent: not known, and nothing is marked */
    cellDistance?: Float32Array | null;
    /** how many cells it stands for, that set out with 1 `[times, trajectories]`; null or absent: all count alike */
    mass?: Float32Array | null;
    /** 1: the step to this point crosses a tear of the map and is not drawn `[times, trajectories]`; absent: there is none */
    torn?: Uint8Array;
  } | null;
}

export interface MapOptions {
  theme?: Theme;
  /** draw at most so many cells; default 4000 */
  maxCells?: number;
  /** draw at most so many trajectories; default 100 */
  maxTrajectories?: number;
  /** of the random part of cells and trajectories; default 42 */
  seed?: number;
}

/** All cells in the first two components, coloured by timepoint, with the trajectories over them. */
export function mapFigure(input: MapInput, options: MapOptions = {}): Figure {
  const { theme = 'light', maxCells = 4000, maxTrajectories = 100, seed = 42 } = options;
  const { points, dims, timepoints, cellTimepoint } = input;
  const heldOut = timepoints.labels.filter((label) => input.heldOut?.includes(label));
  const timed = Int32Array.from(cellTimepoint.keys()).filter((i) => cellTimepoint[i] >= 0);
  const rows = drawnRows(timed.length, maxCells, seed).map((k) => timed[k]);
  const colors = timepointColors(timepoints.labels.length, theme);

  const cells = timepoints.labels.map((label, k): Partial<PlotData> => {
    const own = rows.filter((i) => cellTimepoint[i] === k);
    const ring = heldOut.includes(label);
    return {
      type: 'scatter',
      mode: 'markers',
      name: plotlyText(timepointLabel(label, timepoints.unit)) + (ring ? ' (held out)' : ''),
      ...coordinates(points, dims, own),
      marker: ring
        ? {
            symbol: 'circle-open',
            size: 6,
            color: colors[k],
            opacity: 0.75,
            line: { width: 1, color: colors[k] },
          }
        : { symbol: 'circle', size: 4.5, color: colors[k], opacity: 0.55, line: { width: 0 } },
      hoverinfo: 'name',
    };
  });
  const lines = input.trajectories ? trajectoryLines(input, theme, maxTrajectories, seed) : null;

  const shown = coordinates(points, dims, rows);
  const x = paddedRange(shown.x);
  const y = paddedRange(shown.y);
  const aspect = Math.min(0.85, Math.max(0.45, (y[1] - y[0]) / (x[1] - x[0])));
  return {
    data: [...cells, ...(lines?.data ?? [])],
    layout: {
      ...baseLayout(theme, Math.round(110 + 720 * aspect)),
      xaxis: { ...baseAxis(theme, plotlyText(componentTitle(input.embedding, 1))), range: x },
      yaxis: {
        ...baseAxis(theme, dims > 1 ? plotlyText(componentTitle(input.embedding, 2)) : ''),
        range: y,
        scaleanchor: 'x',
      },
    },
    caption: [
      input.forTheEye
        ? `Each dot is a cell at its place on ${input.embedding}, a map for the eye, coloured by timepoint. It keeps neighbourhoods, not distances: gaps, lengths and densities on it mean little.`
        : `Each dot is a cell at its place in the first two components of ${input.embedding}, coloured by timepoint.`,
      heldOut.length > 0 &&
        `Rings: cells of ${joinAnd(heldOut.map((label) => timepointLabel(label, timepoints.unit)))}, held out in the evaluation.`,
      rows.length < timed.length &&
        `${formatCount(rows.length)} of ${formatCount(timed.length)} cells are drawn, chosen at random.`,
      lines && input.forTheEye && 'A trajectory is drawn where the real cells lie that are nearest to it.',
      lines &&
        `Lines: ${formatCount(lines.drawn)}${lines.drawn < lines.all ? ` of ${formatCount(lines.all)}` : ''} trajectories, coloured by time.`,
      lines?.light && 'Pale: stands for less than half a cell by then, as growth has it.',
      lines?.far && 'Dotted: far from any cell that the fit has seen.',
      lines?.torn &&
        'A line is broken where cells that are neighbours in the components lie apart on this map.',
    ]
      .filter(Boolean)
      .join(' '),
  };
}

/** What a step of a trajectory is drawn as. */
const STEPS = {
  usual: { name: 'trajectories', opacity: 0.55, line: { width: 0.9 } },
  light: { name: 'stands for less than half a cell', opacity: 0.2, line: { width: 0.9 } },
  far: { name: 'far from any cell', opacity: 0.35, line: { width: 0.9, dash: 'dot' } },
} as const;
type StepKind = keyof typeof STEPS;

/** A trajectory that stands for fewer cells is paler. */
const LIGHT = 0.5;

/**
 * One trace an interval between timepoints, so that each has the colour of its time, and one more of each kind of step that
 * it has; gaps part the trajectories.
 */
function trajectoryLines(input: MapInput, theme: Theme, most: number, seed: number) {
  const { dims } = input;
  const { times, points, cellDistance, mass, torn } = input.trajectories!;
  const days = input.timepoints.times;
  const all = times.length === 0 ? 0 : points.length / (times.length * dims);
  const drawn = drawnRows(all, most, seed);
  const ink = inkOf(theme);
  const data: Partial<PlotData>[] = [];
  const isFar = (s: number, r: number) => (cellDistance?.[s * all + r] ?? 0) > 1;
  const isTorn = (s: number, r: number) => torn?.[s * all + r] === 1;
  /** null: it is not drawn */
  const kindOf = (r: number, from: number, to: number): StepKind | null => {
    if (isTorn(to, r)) return null;
    if (isFar(from, r) || isFar(to, r)) return 'far';
    return (mass?.[to * all + r] ?? 1) < LIGHT ? 'light' : 'usual';
  };
  const shown = new Set<StepKind>();

  for (let k = 0; k + 1 < days.length; k++) {
    const inside = times.flatMap((time, s) => (time >= days[k] && time <= days[k + 1] ? [s] : []));
    if (inside.length < 2) continue;
    const color = mix(timeColor((k + 0.5) / (days.length - 1), theme), ink.text, 0.35);
    for (const kind of ['usual', 'light', 'far'] as const) {
      const x: (number | null)[] = [];
      const y: (number | null)[] = [];
      for (const r of drawn) {
        for (const stretch of stretches(inside, (from, to) => kindOf(r, from, to) === kind)) {
          const place = coordinates(
            points,
            dims,
            stretch.map((s) => s * all + r),
          );
          x.push(...place.x, null);
          y.push(...place.y, null);
        }
      }
      if (x.length === 0 && kind !== 'usual') continue;
      const { name, opacity, line } = STEPS[kind];
      data.push({
        type: 'scatter',
        mode: 'lines',
        name,
        legendgroup: 'trajectories',
        hoverinfo: 'skip',
        showlegend: !shown.has(kind),
        x,
        y,
        line: { ...line, color },
        opacity,
      });
      shown.add(kind);
    }
  }
  const broken = drawn.some((r) => times.some((_, s) => isTorn(s, r)));
  return { data, drawn: drawn.length, all, far: shown.has('far'), light: shown.has('light'), torn: broken };
}

/** Stretches of a line whose steps are of one kind. */
function stretches(inside: readonly number[], isWanted: (from: number, to: number) => boolean): number[][] {
  const found: number[][] = [];
  for (let i = 0; i + 1 < inside.length; i++) {
    const [from, to] = [inside[i], inside[i + 1]];
    if (!isWanted(from, to)) continue;
    const last = found.at(-1);
    if (last?.at(-1) === from) last.push(to);
    else found.push([from, to]);
  }
  return found;
}
