import type { Layout, LayoutAxis, PlotData } from 'plotly.js';
import { drawWithoutReplacement, randomStream } from '../random.ts';

export type Theme = 'light' | 'dark';

/** What plotly draws, and what is said under it (plain text, not yet escaped for HTML). */
export interface Figure {
  data: Partial<PlotData>[];
  layout: Partial<Layout>;
  caption: string;
  /** pixels at which it is exported, without its legend; in a column of 90 mm its text is 7 points high; default 480 × 320 */
  print?: { width: number; height: number };
}

/** The one family of figures and report. */
export const fontFamily = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif';

export interface Ink {
  text: string;
  muted: string;
  line: string;
  grid: string;
  /** cells that are there for orientation only */
  faint: string;
}

export function inkOf(theme: Theme): Ink {
  return theme === 'light'
    ? { text: '#1f2328', muted: '#59636e', line: '#8c959f', grid: '#eaecef', faint: '#d5d9de' }
    : { text: '#e6e8eb', muted: '#9aa4b0', line: '#6b7480', grid: '#2b3139', faint: '#3d4550' };
}

/** Layout that all figures share: one sans-serif family, no title (the caption speaks), transparent ground. */
export function baseLayout(theme: Theme, height: number): Partial<Layout> {
  const ink = inkOf(theme);
  return {
    autosize: true,
    height,
    margin: { l: 62, r: 14, t: 40, b: 52 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: fontFamily, size: 13, color: ink.text },
    hoverlabel: { font: { family: fontFamily, size: 12 } },
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      y: 1.02,
      yanchor: 'bottom',
      font: { size: 12, color: ink.text },
      itemsizing: 'constant',
    },
    hovermode: 'closest',
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: ink.line, activecolor: ink.text },
  };
}

/** An axis with a thin line and outside ticks, without zero line. */
export function baseAxis(theme: Theme, title: string, grid = false): Partial<LayoutAxis> {
  const ink = inkOf(theme);
  return {
    title: { text: title, standoff: 8, font: { size: 13, color: ink.text } },
    showgrid: grid,
    gridcolor: ink.grid,
    zeroline: false,
    showline: true,
    linecolor: ink.line,
    linewidth: 1,
    ticks: 'outside',
    ticklen: 4,
    tickcolor: ink.line,
    tickfont: { size: 12, color: ink.muted },
    automargin: true,
  };
}

/** The ground that half-pale colours are mixed with, and that dots are ringed by. */
export const groundOf = (theme: Theme) => (theme === 'light' ? '#ffffff' : '#1b1f24');

/** A label on an axis, where a long one would take the room of the figure; hovering shows all of it. */
export function shortLabel(label: string, most = 22): string {
  const letters = [...label];
  return letters.length <= most
    ? label
    : `${letters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

/** plotly reads a few HTML tags in its texts: a label from a file is shown as it is written. */
export function plotlyText(label: string): string {
  return label.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Coordinates of some rows of a row-major matrix `[n, dims]`; the second is 0 where there is one dimension only. */
export function coordinates(
  points: Float32Array,
  dims: number,
  rows: ArrayLike<number>,
): { x: number[]; y: number[] } {
  const second = Math.min(1, dims - 1);
  return {
    x: Array.from(rows, (i) => points[i * dims]),
    y: Array.from(rows, (i) => (dims > 1 ? points[i * dims + second] : 0)),
  };
}

/** All of n rows, or a seeded random part of `most` of them, in ascending order. */
export function drawnRows(n: number, most: number, seed: number): Int32Array {
  if (n <= most) return Int32Array.from({ length: n }, (_, i) => i);
  return drawWithoutReplacement(n, most, randomStream(seed, 'figures', n)).sort();
}

/** Least and largest finite value with a margin of 4 %; [−1, 1] where there is none. */
export function paddedRange(values: Iterable<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [-1, 1];
  const margin = 0.04 * (high - low) || 1;
  return [low - margin, high + margin];
}
