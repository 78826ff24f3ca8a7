import type { Figure } from '../../engine/figures/figure.ts';
import { csvOf, type Field, parseCsv } from './csv.ts';

/*
 * The data of a figure as a table, a row a point, from which it can be drawn again. What is not data (colours of a whole
 * series, axes, legend) stays with the figure.
 */

/** What a point can have, as paths into a trace. */
const POINT_FIELDS = [
  'x',
  'y',
  'z',
  'base',
  'error_x.array',
  'error_x.arrayminus',
  'error_y.array',
  'error_y.arrayminus',
  'text',
  'marker.color',
  'marker.size',
  'marker.opacity',
] as const;
type PointField = (typeof POINT_FIELDS)[number];

const SERIES = ['series', 'name', 'type', 'mode', 'x axis', 'y axis'] as const;
const LABELS = { x: 'x label', y: 'y label' } as const;

/** One series of a figure as its CSV has it. */
export interface Series {
  name: string | null;
  type: string | null;
  mode: string | null;
  xaxis: string | null;
  yaxis: string | null;
  points: Partial<Record<PointField, (string | number | null)[]>>;
}

export function figureCsv({ data, layout }: Figure): string {
  const used = POINT_FIELDS.filter((field) => data.some((trace) => valuesOf(trace, field) !== null));
  const labels = (['x', 'y'] as const).filter((axis) =>
    data.some((trace) => tickTexts(layout, axisOf(trace, axis)) !== null),
  );
  const rows = data.flatMap((trace, series) => {
    const own = used.map((field) => valuesOf(trace, field));
    const length = Math.max(0, ...own.map((values) => values?.length ?? 0));
    const named = labels.map((axis) => ({
      values: valuesOf(trace, axis),
      ticks: tickTexts(layout, axisOf(trace, axis)),
    }));
    return Array.from({ length }, (_, i): Field[] => [
      series,
      plainText(trace.name),
      trace.type ?? null,
      trace.mode ?? null,
      trace.xaxis ?? null,
      trace.yaxis ?? null,
      ...named.map(({ values, ticks }) => nearest(ticks, values?.[i])),
      ...own.map((values) => values?.[i] ?? null),
    ]);
  });
  return csvOf(
    [...SERIES, ...labels.map((axis) => LABELS[axis]), ...used.map((field) => titled(field, layout))],
    rows,
  );
}

/** The series of a figure from its CSV, in their order; points that no series had are left out. */
export function parseFigureCsv(text: string): Series[] {
  const { header, rows } = parseCsv(text);
  const fields = header.map((title) => title.replace(/ \(.*$/s, ''));
  const count = rows.reduce((most, row) => Math.max(most, Number(row[0]) + 1), 0);
  return Array.from({ length: count }, (_, series) => {
    const own = rows.filter((row) => row[0] === series);
    const text = (name: (typeof SERIES)[number]) => own[0]?.[fields.indexOf(name)] as string | null;
    const points = POINT_FIELDS.flatMap((field) => {
      const at = fields.indexOf(field);
      const values = at < 0 ? [] : own.map((row) => row[at]!);
      return values.some((value) => value !== null) ? [[field, values] as const] : [];
    });
    return {
      name: text('name'),
      type: text('type'),
      mode: text('mode'),
      xaxis: text('x axis'),
      yaxis: text('y axis'),
      points: Object.fromEntries(points),
    };
  });
}

/** The points of a trace; null: it has one for all, or none. */
export function valuesOf(trace: object, field: PointField): Field[] | null {
  const found = field
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], trace);
  if (!Array.isArray(found) && !ArrayBuffer.isView(found)) return null;
  return Array.from(found as ArrayLike<Field>);
}

function titled(field: PointField, layout: Figure['layout']): string {
  if (field !== 'x' && field !== 'y') return field;
  const titles = Object.entries(layout).flatMap(([name, axis]) => {
    const text = name.startsWith(`${field}axis`)
      ? (axis as { title?: { text?: string } }).title?.text
      : undefined;
    return text ? [plainText(text)!] : [];
  });
  // panels of several kinds have no title in common
  return new Set(titles).size === 1 ? `${field} (${titles[0]})` : field;
}

/** Texts of plotly hold a few tags and are escaped. */
function plainText(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text
    .replaceAll('<br>', ' ')
    .replace(/<\/?(?:sub|sup|b|i)>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

type Ticks = { at: readonly number[]; texts: readonly string[] } | null;

const axisOf = (trace: object, axis: 'x' | 'y'): string => {
  const name = (trace as Record<string, string | undefined>)[`${axis}axis`] ?? axis;
  return `${axis}axis${name.slice(1)}`;
};

/** Names that stand at places of an axis, such as held-out timepoints; null: it has numbers. */
function tickTexts(layout: Figure['layout'], name: string): Ticks {
  const { tickvals, ticktext, type } = ((layout as Record<string, unknown>)[name] ?? {}) as {
    tickvals?: number[];
    ticktext?: string[];
    type?: string;
  };
  return tickvals && ticktext && type !== 'log' ? { at: tickvals, texts: ticktext } : null;
}

function nearest(ticks: Ticks, value: Field): string | null {
  if (ticks === null || typeof value !== 'number' || ticks.at.length === 0) return null;
  const distances = ticks.at.map((tick) => Math.abs(tick - value));
  return plainText(ticks.texts[distances.indexOf(Math.min(...distances))]!);
}
