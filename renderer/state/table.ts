import { csvOf, type Field } from '../plots/csv.ts';

/** A column of a table that is read, sorted and searched. */
export interface Column<Row> {
  title: string;
  /** what is shown, or the number that is shown shortened */
  value(row: Row): string | number | null;
  /** standard deviation beside a number; null: none */
  sd?(row: Row): number | null;
  /** below a number */
  interval?(row: Row): readonly [number, number] | null;
  /** of numbers; default: whole ones */
  decimals?: number;
  /** said where there is no value */
  none?: string;
}

export interface Order {
  /** index of the column */
  by: number;
  descending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });

/** In another order: numbers by size, texts as one reads them, what has no value last whichever way. */
export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | null,
): readonly Row[] {
  const column = order && columns[order.by];
  if (!column) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [column.value(a), column.value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return typeof one === 'number' && typeof other === 'number'
      ? sign * (one - other)
      : sign * collator.compare(String(one), String(other));
  });
}

/** Rows of which a text column contains the words, case aside. */
export function findRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  text: string,
): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter((row) =>
    columns.some((column) => {
      const value = column.value(row);
      return typeof value === 'string' && value.toLowerCase().includes(wanted);
    }),
  );
}

/** All rows with all digits, deviations and intervals in columns of their own. */
export function tableCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const parts = columns.flatMap((column): [string, (row: Row) => Field][] => [
    [column.title, (row) => column.value(row)],
    ...(column.sd
      ? [[`${column.title}, sd`, (row: Row) => column.sd!(row)] as [string, (row: Row) => Field]]
      : []),
    ...(column.interval
      ? ([0, 1] as const).map((end): [string, (row: Row) => Field] => [
          `${column.title}, ${end === 0 ? 'low' : 'high'}`,
          (row) => column.interval!(row)?.[end] ?? null,
        ])
      : []),
  ]);
  return csvOf(
    parts.map(([title]) => title),
    rows.map((row) => parts.map(([, value]) => value(row))),
  );
}
