import { inkOf, type Theme } from '../../engine/figures/figure.ts';
import type { Colouring, Followed } from '../../engine/host/protocol.ts';
import { type Coloured, colourCells, type Legend } from './colouring.ts';
import type { KeyRow, OverlayKey } from './export-sheet.ts';
import { FAR_OPACITY } from './journey-lines.ts';

/** What paths and predicted cells are coloured by. */
export type AlongBy =
  | {
      kind: 'time';
      /** the first and the last timepoint */
      range: readonly [number, number];
      /** e.g. `day` */
      title: string;
    }
  | {
      kind: 'categories';
      title: string /** of all cells of the dataset */;
      of: Colouring & { kind: 'categories' };
    }
  | { kind: 'growth' }
  | { kind: 'uncertainty' };

export interface ColoursAlong {
  /** entry of the palette of each cell at each time, [times, cells] */
  entries: Uint8Array | Uint16Array;
  /** rgba, opaque */
  palette: Uint8Array;
  legend: Legend;
  title: string;
}

/** Colours along the paths of cells; null: what they would be coloured by is not known of these. */
export function coloursAlong(followed: Followed, by: AlongBy, theme: Theme): ColoursAlong | null {
  const { times, cells, mass, spread } = followed;
  if (by.kind === 'categories') return colourByCategory(followed, by, theme);
  const numbers = (values: Float32Array, title: string, options: Parameters<typeof colourCells>[2]) =>
    alongNumbers(colourCells({ kind: 'numbers', values }, theme, options), title);
  if (by.kind === 'time') {
    const values = new Float32Array(times.length * cells.length);
    for (const [t, time] of times.entries()) values.fill(time, t * cells.length, (t + 1) * cells.length);
    return numbers(values, by.title, { range: by.range });
  }
  if (by.kind === 'uncertainty') return spread && numbers(spread, 'distance between seeds', {});
  return mass && numbers(mass.map(Math.log2), 'cells each stands for, log₂', { diverging: true });
}

function alongNumbers({ entries, palette, legend }: Coloured, title: string): ColoursAlong {
  // what is missing is counted in points of paths, which nobody asks for
  const shown = legend.kind === 'numbers' ? { ...legend, missing: { ...legend.missing, count: 0 } } : legend;
  return { entries, palette, legend: shown, title };
}

/** Each keeps the colour of the cell that it set out from. */
function colourByCategory(
  { cells, times }: Followed,
  { of, title }: AlongBy & { kind: 'categories' },
  theme: Theme,
): ColoursAlong {
  const codes = Int32Array.from(cells, (row) => of.codes[row] ?? -1);
  const { entries: own, palette, legend } = colourCells({ ...of, codes }, theme);
  const entries =
    own instanceof Uint8Array
      ? new Uint8Array(own.length * times.length)
      : new Uint16Array(own.length * times.length);
  for (let t = 0; t < times.length; t++) entries.set(own, t * own.length);
  return { entries, palette, legend, title };
}

/** The palette with one opacity, 0 to 1. */
export function withOpacity(palette: Uint8Array, opacity: number): Uint8Array {
  return palette.map((value, k) => (k % 4 === 3 ? Math.round(value * opacity) : value));
}

/** Opacity of a point among so many: a crowd shows by its density. */
export function pointOpacity(count: number): number {
  return Math.min(0.6, Math.max(0.25, 0.6 - 0.14 * Math.log(Math.max(1, count) / 2000)));
}

const TORN = 'near in the components, apart on this map';

/** What lies over the cells. */
export interface OverlayFacts {
  colours: ColoursAlong;
  /** e.g. `predicted cells at day 4.2`; null: not drawn */
  points: string | null;
  /** lines are pale where they are far from any cell, and where they stand for few: in space they are drawn alike */
  fades: boolean;
  /** parts of lines that the map tears apart are dotted */
  torn: boolean;
  /** points stand for different numbers of cells, lines too */
  grows: boolean;
  lines: boolean;
  straight: boolean;
  arrows: boolean;
}

/** The legend of what lies over the cells, on the screen and on exported figures. */
export function overlayKey(facts: OverlayFacts, theme: Theme): OverlayKey {
  const { legend, title } = facts.colours;
  const { muted: colour, text } = inkOf(theme);
  const rows: KeyRow[] = [];
  if (facts.points !== null) {
    rows.push({ kind: 'dot', name: facts.points, colour, opacity: 0.6 });
    if (facts.grows) {
      rows.push({ kind: 'dot', name: 'stands for one cell', colour, opacity: 0.6, radius: 2.5 });
      rows.push({ kind: 'dot', name: 'stands for four', colour, opacity: 0.6, radius: 5 });
    }
  }
  if (facts.lines) rows.push({ kind: 'line', name: 'trajectories', colour });
  if (facts.lines && facts.fades) {
    const name = facts.grows ? 'far from any cell, or stands for few cells' : 'far from any cell';
    rows.push({ kind: 'line', name, colour, opacity: FAR_OPACITY });
  }
  if (facts.torn) rows.push({ kind: 'dashes', name: TORN, colour, opacity: 0.6 });
  if (facts.straight) rows.push({ kind: 'dashes', name: 'straight ways', colour: text });
  if (facts.arrows) rows.push({ kind: 'arrow', name: 'velocity', colour: text });
  return { rows, colours: facts.points !== null || facts.lines ? { title, legend } : null };
}
