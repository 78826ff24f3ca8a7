import { inkOf, type Theme } from '../../engine/figures/figure.ts';
import { formatCount } from '../../engine/figures/words.ts';
import type { Size } from './camera.ts';
import type { Legend, NumberLegend } from './colouring.ts';
import { legendRows } from './legend.ts';

/** What surrounds the cells on an exported figure, in CSS pixels from its left upper corner. */
export type Mark =
  | {
      kind: 'text';
      x: number;
      y: number;
      text: string;
      size: number;
      colour: string;
      anchor: 'start' | 'middle';
      weight?: 'bold';
      /** reads upwards */
      turned?: boolean;
    }
  | { kind: 'dot' | 'ring'; x: number; y: number; radius: number; colour: string; opacity?: number }
  | { kind: 'line'; from: Place; to: Place; colour: string; opacity?: number; dashes?: string }
  | { kind: 'bar'; x: number; y: number; width: number; height: number; colour: string };

type Place = [x: number, y: number];

/** A row of a legend. */
export interface KeyRow {
  kind: 'dot' | 'ring' | 'line' | 'dashes' | 'arrow';
  name: string;
  colour: string;
  /** of the colour, default 1 */
  opacity?: number;
  /** of a dot, CSS pixels */
  radius?: number;
}

/** The legend of what lies over the cells: predicted cells, trajectories, arrows. */
export interface OverlayKey {
  rows: KeyRow[];
  /** what their colours mean; null: the rows say it */
  colours: { title: string; legend: Legend } | null;
}

/** A figure: the cells in their place, and the marks around them. */
export interface Sheet extends Size {
  ground: string;
  /** where the cells are; they have the size of the view */
  plot: { x: number; y: number } & Size;
  marks: Mark[];
}

export interface SheetWords {
  theme: Theme;
  /** names of the axes; empty: none */
  axes: readonly [string, string];
  /** over the legend, e.g. `day` */
  colouredBy: string | null;
  /** what rings stand for, e.g. `held out`; null: there are none */
  rings: string | null;
  /** what lies over the cells; absent: nothing */
  overlay?: OverlayKey | null;
}

const MARGIN = 12;
const AXIS = 30;
const ROW = 20;
const GAP = 16;
const MOST_COLUMNS = 3;
const LONGEST_NAME = 40;
const RAMP_HEIGHT = 160;

/** Lays out axes and legend about a view of the cells. */
export function layoutSheet(
  view: Size,
  legend: Legend | null,
  hidden: ReadonlySet<number>,
  words: SheetWords,
): Sheet {
  const plot = { x: AXIS, y: MARGIN, width: view.width, height: view.height };
  const at = { x: plot.x + plot.width + GAP, y: plot.y };
  const cells =
    legend === null
      ? { marks: [], width: 0, height: 0 }
      : layoutLegend(legend, hidden, words, at, plot.height);
  const key = words.overlay ? besideOrBelow(cells, words.overlay, words.theme, at, plot.height) : cells;
  return {
    width: Math.ceil(plot.x + plot.width + (key.width > 0 ? GAP + key.width : 0) + MARGIN),
    height: Math.ceil(plot.y + plot.height + AXIS),
    ground: words.theme === 'light' ? '#ffffff' : '#1b1f24',
    plot,
    marks: [...layoutAxes(plot, words), ...key.marks],
  };
}

function layoutAxes(plot: Sheet['plot'], { theme, axes }: SheetWords): Mark[] {
  const ink = inkOf(theme);
  const text = { kind: 'text', size: 13, colour: ink.text, anchor: 'middle' } as const;
  const bottom = plot.y + plot.height;
  return [
    { kind: 'bar', x: plot.x, y: plot.y, width: 1, height: plot.height, colour: ink.line },
    { kind: 'bar', x: plot.x, y: bottom, width: plot.width, height: 1, colour: ink.line },
    { ...text, x: plot.x + plot.width / 2, y: bottom + 19, text: shorten(axes[0]) },
    { ...text, x: plot.x - 12, y: plot.y + plot.height / 2, text: shorten(axes[1]), turned: true },
  ];
}

interface LaidOut {
  marks: Mark[];
  width: number;
  height: number;
}

/** The legend of the overlay under that of the cells where it finds room, else beside it. */
function besideOrBelow(
  cells: LaidOut,
  overlay: OverlayKey,
  theme: Theme,
  at: { x: number; y: number },
  height: number,
): LaidOut {
  const below = layoutOverlay(overlay, theme, { x: at.x, y: at.y + cells.height + GAP }, height);
  if (cells.height === 0 || cells.height + GAP + below.height <= height) {
    const marks = [...cells.marks, ...below.marks];
    return { marks, width: Math.max(cells.width, below.width), height };
  }
  const beside = layoutOverlay(overlay, theme, { x: at.x + cells.width + GAP, y: at.y }, height);
  return { marks: [...cells.marks, ...beside.marks], width: cells.width + GAP + beside.width, height };
}

function layoutOverlay(
  { rows, colours }: OverlayKey,
  theme: Theme,
  at: { x: number; y: number },
  height: number,
): LaidOut {
  const ink = inkOf(theme);
  const key = layoutCategories(rows, at, Math.max(ROW, height), ink.text);
  if (colours === null) return key;
  const words = { theme, axes: ['', ''], colouredBy: colours.title, rings: null } as const;
  const top = { x: at.x, y: at.y + key.height + 8 };
  const ramp = layoutLegend(colours.legend, new Set(), words, top, Math.max(4 * ROW, height - key.height));
  return {
    marks: [...key.marks, ...ramp.marks],
    width: Math.max(key.width, ramp.width),
    height: key.height + 8 + ramp.height,
  };
}

function layoutLegend(
  legend: Legend,
  hidden: ReadonlySet<number>,
  words: SheetWords,
  at: { x: number; y: number },
  height: number,
): LaidOut {
  const ink = inkOf(words.theme);
  const title = shorten(words.colouredBy ?? '');
  const below = { x: at.x, y: at.y + ROW };
  const body =
    legend.kind === 'categories'
      ? layoutCategories(keyRows(legend, hidden, words), below, height - ROW, ink.text)
      : layoutNumbers(legend, below, ink, words.rings);
  const heading: Mark = {
    kind: 'text',
    x: at.x,
    y: at.y + 13,
    text: title,
    size: 13,
    weight: 'bold',
    colour: ink.text,
    anchor: 'start',
  };
  return {
    marks: [heading, ...body.marks],
    width: Math.max(body.width, textWidth(title, 13)),
    height: ROW + body.height,
  };
}

function keyRows(
  legend: Legend & { kind: 'categories' },
  hidden: ReadonlySet<number>,
  words: SheetWords,
): KeyRow[] {
  const rows: KeyRow[] = legendRows(legend, hidden)
    .filter((row) => !row.hidden && row.count > 0)
    .map((row) => ({
      kind: 'dot',
      name: `${shorten(row.name)}  ${formatCount(row.count)}`,
      colour: row.colour,
    }));
  return words.rings === null ? rows : [...rows, ringRow(words.rings, inkOf(words.theme).text)];
}

function ringRow(name: string, colour: string): KeyRow {
  return { kind: 'ring', name: shorten(name), colour };
}

/** In columns as high as the plot; what finds no room in three of them is counted. */
function layoutCategories(
  rows: readonly KeyRow[],
  at: { x: number; y: number },
  height: number,
  colour: string,
): LaidOut {
  const perColumn = Math.max(1, Math.floor(height / ROW));
  const room = perColumn * MOST_COLUMNS;
  const shown: readonly KeyRow[] =
    rows.length <= room
      ? rows
      : [
          ...rows.slice(0, room - 1),
          { kind: 'dot', name: `and ${rows.length - room + 1} more`, colour: '' } as const,
        ];
  const columns = Math.max(1, Math.ceil(shown.length / perColumn));
  const even = Math.ceil(shown.length / columns);
  const marks: Mark[] = [];
  let x = at.x;
  for (let first = 0; first < shown.length; first += even) {
    const column = shown.slice(first, first + even);
    marks.push(...column.flatMap((row, k) => rowMarks(row, x, at.y + ROW * k, colour)));
    x += 16 + Math.max(...column.map(({ name }) => textWidth(name, 12))) + GAP;
  }
  return { marks, width: x - at.x, height: ROW * Math.min(even, shown.length) };
}

function rowMarks(row: KeyRow, x: number, y: number, text: string): Mark[] {
  const { name, colour } = row;
  const label: Mark = {
    kind: 'text',
    x: x + 16,
    y: y + 13,
    text: name,
    size: 12,
    colour: text,
    anchor: 'start',
  };
  return colour === '' ? [label] : [...sampleMarks(row, x, y + 9), label];
}

function sampleMarks({ kind, colour, opacity = 1, radius = 4.5 }: KeyRow, x: number, y: number): Mark[] {
  if (kind === 'dot' || kind === 'ring') return [{ kind, x: x + 5, y, radius, colour, opacity }];
  const line = (from: Place, to: Place): Mark => ({
    kind: 'line',
    from,
    to,
    colour,
    opacity,
    ...(kind === 'dashes' ? { dashes: '3 2' } : {}),
  });
  const shaft = line([x - 1, y], [x + 11, y]);
  if (kind !== 'arrow') return [shaft];
  return [shaft, line([x + 7, y - 3], [x + 11, y]), line([x + 7, y + 3], [x + 11, y])];
}

function layoutNumbers(
  legend: NumberLegend,
  at: { x: number; y: number },
  ink: { text: string; line: string },
  rings: string | null,
): LaidOut {
  const [low, high] = legend.range;
  const top = at.y + 8;
  const step = RAMP_HEIGHT / legend.ramp.length;
  const marks: Mark[] = legend.ramp.map((colour, k) => ({
    kind: 'bar',
    x: at.x,
    y: top + RAMP_HEIGHT - step * (k + 1),
    width: 12,
    // a little too high, so that no seam shows between two
    height: step + (k > 0 ? 0.5 : 0),
    colour,
  }));
  const labels = numberLabels(legend);
  for (const { value, label } of labels) {
    const y = top + RAMP_HEIGHT * (high > low ? (high - value) / (high - low) : 0.5);
    marks.push(
      { kind: 'bar', x: at.x + 12, y: y - 0.5, width: 4, height: 1, colour: ink.line },
      { kind: 'text', x: at.x + 20, y: y + 4, text: label, size: 12, colour: ink.text, anchor: 'start' },
    );
  }
  const rows: KeyRow[] = [];
  const { missing } = legend;
  if (missing.count > 0)
    rows.push({ kind: 'dot', name: `missing  ${formatCount(missing.count)}`, colour: missing.colour });
  if (rings !== null) rows.push(ringRow(rings, ink.text));
  const below = layoutCategories(rows, { x: at.x, y: top + RAMP_HEIGHT + 12 }, ROW * 2, ink.text);
  marks.push(...below.marks);
  return {
    marks,
    width: Math.max(below.width, 20 + Math.max(...labels.map(({ label }) => textWidth(label, 12)))),
    height: 8 + RAMP_HEIGHT + 12 + below.height,
  };
}

/** Ticks of a ramp; the outermost say where values lie beyond the ramp's ends. */
function numberLabels(legend: NumberLegend): NumberLegend['ticks'] {
  return legend.ticks.map((tick, k) => {
    if (legend.below && tick.value <= legend.range[0]) return { ...tick, label: `≤ ${tick.label}` };
    const atEnd = k === legend.ticks.length - 1 && tick.value >= legend.range[1];
    return legend.above && atEnd ? { ...tick, label: `≥ ${tick.label}` } : tick;
  });
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : name;
}

/** An estimate for the family of the figures: a letter is somewhat wider than half its size. */
function textWidth(text: string, size: number): number {
  return [...text].length * size * 0.56;
}
