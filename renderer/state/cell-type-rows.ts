import type { RunResults } from '../../engine/host/protocol.ts';

type Rows = RunResults['metrics']['rows'];

/** A held-out timepoint, alone or with others. */
export interface HeldOutGroup {
  heldOut: string;
  heldOutTogether: string | null;
}

/** One cell type at one held-out timepoint. */
export interface CellTypeRow {
  cellType: string;
  /** over seeds, of each method; `sd` is null for one seed */
  means: ReadonlyMap<string, { mean: number; sd: number | null }>;
}

const keyOf = ({ heldOut, heldOutTogether }: HeldOutGroup) => JSON.stringify([heldOut, heldOutTogether]);

/** The held-out timepoints that have distances by cell type, in their order. */
export function cellTypeGroups(rows: Rows): HeldOutGroup[] {
  const known = rows.filter(({ cellType }) => cellType !== null);
  return [...new Map(known.map((row) => [keyOf(row), row])).values()];
}

export function cellTypeRows(rows: Rows, group: HeldOutGroup): CellTypeRow[] {
  const values = new Map<string, Map<string, number[]>>();
  for (const row of rows) {
    if (row.cellType === null || row.w1 === null || keyOf(row) !== keyOf(group)) continue;
    const own = values.get(row.cellType) ?? new Map<string, number[]>();
    own.set(row.method, [...(own.get(row.method) ?? []), row.w1]);
    values.set(row.cellType, own);
  }
  return Array.from(values, ([cellType, own]) => ({
    cellType,
    means: new Map(Array.from(own, ([method, seeds]) => [method, meanAndSd(seeds)])),
  }));
}

function meanAndSd(seeds: readonly number[]): { mean: number; sd: number | null } {
  const mean = seeds.reduce((sum, value) => sum + value, 0) / seeds.length;
  const square = seeds.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: seeds.length < 2 ? null : Math.sqrt(square / (seeds.length - 1)) };
}
