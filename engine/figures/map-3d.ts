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

export interface Map3dInput {
  /** flat [nObs, 3]; NaN: not drawn */
  positions: Float32Array;
  axes: [string, string, string];
  groups: Map3dGroup[];
}

/**
 * Cells in three components.
 * @param options.maxCells drawn at most, a random part of each group; default 50,000
 */
export function map3dFigure(
  { positions, axes, groups }: Map3dInput,
  { theme = 'light', maxCells = 50_000, seed = 42 }: { theme?: Theme; maxCells?: number; seed?: number } = {},
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
        size: all > 20_000 ? 1.5 : 2.5,
        color: typeof colour === 'string' ? colour : Array.from(drawn, (k) => colour[k]!),
        opacity: 0.9,
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
  return {
    data,
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
    ]
      .filter(Boolean)
      .join(' '),
  };
}
