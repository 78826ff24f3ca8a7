import type { Layout, PlotData } from 'plotly.js';
import { baseLayout, drawnRows, type Figure, inkOf, plotlyText, type Theme } from './figure.ts';
import { formatCount } from './words.ts';

/** Cells of one colour, or of a ramp. */
export interface Map3dGroup {
  name: string;
  /** rows of the cells */
  rows: Int32Array;
  /** one for all, or one a cell */
  colour: string | string[];
}

/** Ways of cells through the space. */
export interface Map3dWays {
  name: string;
  /** flat [times, ways, 3]; NaN parts a way */
  positions: Float32Array;
  ways: number;
  /** one for all, or one a place, [times, ways] */
  colour: string | string[];
  /** e.g. straight ways beside the others; default no */
  dashed?: boolean;
}

/** Predicted cells at one time. */
export interface Map3dPredicted {
  name: string;
  /** flat [cells, 3]; NaN: not drawn */
  positions: Float32Array;
  /** shown by area, within a tenth and eight; 0: not drawn; null: all alike [cells] */
  mass: Float32Array | null;
  /** one for all, or one a cell */
  colour: string | string[];
}

export interface Map3dInput {
  /** flat [nObs, 3]; NaN: not drawn */
  positions: Float32Array;
  axes: [string, string, string];
  groups: Map3dGroup[];
  ways?: Map3dWays[];
  predicted?: Map3dPredicted | null;
  /** whether cells stand back behind what lies among them; default: where there are ways or predicted cells */
  standBack?: boolean;
}

/** Diameter of a predicted cell of mass 1, pixels. */
const PREDICTED_SIZE = 3;
/** So many dots lie over each other. */
const CROWD = 300;

/** How it is drawn. */
export interface Map3dOptions {
  theme?: Theme;
  /** drawn at most, a random part of each group; default 50,000 */
  maxCells?: number;
  /** drawn at most of each kind, a random part; default 200 */
  maxWays?: number;
  seed?: number;
}

/** Cells in three components, with the ways of some through them and where they are at one time. */
export function map3dFigure(
  {
    positions,
    axes,
    groups,
    ways = [],
    predicted = null,
    standBack = ways.length > 0 || predicted !== null,
  }: Map3dInput,
  { theme = 'light', maxCells = 50_000, maxWays = 200, seed = 42 }: Map3dOptions = {},
): Figure {
  const ink = inkOf(theme);
  const all = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const share = Math.min(1, maxCells / Math.max(1, all));
  const data = groups.map(({ name, rows, colour }): Partial<PlotData> => {
    const drawn = drawnRows(rows.length, Math.ceil(share * rows.length), seed).filter((k) =>
      Number.isFinite(positions[3 * rows[k]!]! + positions[3 * rows[k]! + 1]! + positions[3 * rows[k]! + 2]!),
    );
    const axis = (c: number) => Array.from(drawn, (k) => positions[3 * rows[k]! + c]!);
    return {
      type: 'scatter3d',
      mode: 'markers',
      name: plotlyText(name),
      x: axis(0),
      y: axis(1),
      z: axis(2),
      marker: {
        size: all > 20_000 ? 1.5 : 2,
        color: typeof colour === 'string' ? colour : Array.from(drawn, (k) => colour[k]!),
        opacity: standBack ? 0.35 : 0.9,
        line: { width: 0 },
      },
      hoverinfo: 'name',
    };
  });
  const drawn = data.reduce((sum, { x }) => sum + (x as number[]).length, 0);
  const axis = (title: string) => ({
    title: { text: plotlyText(title), font: { size: 12, color: ink.text } },
    color: ink.muted,
    gridcolor: ink.grid,
    zeroline: false,
    showbackground: false,
    tickfont: { size: 10, color: ink.muted },
  });
  const lines = ways.map((one) => waysTrace(one, maxWays, seed));
  const figure: Figure = {
    data: [...data, ...lines.map(({ trace }) => trace)],
    layout: {
      ...baseLayout(theme, 600),
      margin: { l: 0, r: 0, t: 0, b: 0 },
      showlegend: false,
      scene: {
        xaxis: axis(axes[0]),
        yaxis: axis(axes[1]),
        zaxis: axis(axes[2]),
        aspectmode: 'data',
        // the second axis is up, as the flat map has it
        camera: { up: { x: 0, y: 1, z: 0 }, eye: { x: 1.3, y: 1, z: 2.7 } },
        dragmode: 'orbit',
      } as Partial<Layout['scene']>,
    } as Partial<Layout>,
    caption: [
      `Each dot is a cell at its place in ${axes.join(', ')}.`,
      drawn < all && `${formatCount(drawn)} of ${formatCount(all)} cells are drawn, chosen at random.`,
      ...lines.map(({ words }) => words),
    ]
      .filter(Boolean)
      .join(' '),
  };
  return predicted ? withPredicted(figure, predicted) : figure;
}

/** The figure with predicted cells at another time: all else is the same objects, so a film of it makes nothing anew. */
export function withPredicted(figure: Figure, predicted: Map3dPredicted): Figure {
  const { name, mass } = predicted;
  return {
    ...figure,
    data: [...figure.data, predictedTrace(predicted)],
    caption: `${figure.caption} Larger dots with a rim: ${name}${mass ? ', their area by mass' : ''}.`,
  };
}

/** All drawn ways as one trace with gaps between them: plotly draws few traces fast, and many slowly. */
function waysTrace({ name, positions, ways, colour, dashed = false }: Map3dWays, most: number, seed: number) {
  const times = ways === 0 ? 0 : positions.length / 3 / ways;
  const drawn = drawnRows(ways, most, seed);
  const [x, y, z]: [(number | null)[], (number | null)[], (number | null)[]] = [[], [], []];
  const colours: string[] = [];
  for (const way of drawn) {
    for (let t = 0; t <= times; t++) {
      const k = Math.min(t, times - 1) * ways + way;
      const place = positions.subarray(3 * k, 3 * k + 3);
      const isGap = t === times || !place.every(Number.isFinite);
      x.push(isGap ? null : place[0]!);
      y.push(isGap ? null : place[1]!);
      z.push(isGap ? null : place[2]!);
      if (typeof colour !== 'string') colours.push(colour[k]!);
    }
  }
  const trace: Partial<PlotData> = {
    type: 'scatter3d',
    mode: 'lines',
    name: plotlyText(name),
    x,
    y,
    z,
    line: {
      width: 2,
      color: typeof colour === 'string' ? colour : (colours as never),
      dash: dashed ? 'dash' : 'solid',
    },
    opacity: dashed ? 0.6 : 0.8,
    hoverinfo: 'skip',
  };
  const part =
    drawn.length < ways ? `${formatCount(drawn.length)} of ${formatCount(ways)}` : formatCount(ways);
  return { trace, words: `${dashed ? 'Dashed' : 'Lines'}: ${name} of ${part} cells.` };
}

function predictedTrace({ name, positions, mass, colour }: Map3dPredicted): Partial<PlotData> {
  const count = positions.length / 3;
  const drawn = Int32Array.from({ length: count }, (_, i) => i).filter(
    (i) => (mass?.[i] ?? 1) > 0 && positions.subarray(3 * i, 3 * i + 3).every(Number.isFinite),
  );
  const axis = (c: number) => Array.from(drawn, (i) => positions[3 * i + c]!);
  const size = (i: number) => PREDICTED_SIZE * Math.sqrt(Math.min(8, Math.max(0.1, mass![i]!)));
  return {
    type: 'scatter3d',
    mode: 'markers',
    name: plotlyText(name),
    x: axis(0),
    y: axis(1),
    z: axis(2),
    marker: {
      size: mass === null ? PREDICTED_SIZE : Array.from(drawn, size),
      sizemode: 'diameter',
      color: typeof colour === 'string' ? colour : Array.from(drawn, (i) => colour[i]!),
      opacity: 0.6,
      // black rims of a crowd would hide its colours
      line: { width: 0.5, color: `rgba(0, 0, 0, ${drawn.length > CROWD ? 0.3 : 1})` },
    },
    hoverinfo: 'name',
  };
}
