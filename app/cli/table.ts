import { relative } from 'node:path';
import Table from 'cli-table3';
import type { SummaryRow } from '../../engine/evaluate/summary.ts';
import type { Metrics } from '../../engine/export/results.ts';

/** The Wasserstein distances as a table for the terminal: a line each held-out timepoint, a column each method. */
export function wassersteinTable({ summary }: Metrics): string {
  const methods = [...new Set(summary.map((row) => row.method))];
  const name = (row: SummaryRow) =>
    row.heldOut === null
      ? 'mean'
      : row.heldOut + (row.heldOutTogether ? ` (with ${row.heldOutTogether})` : '');
  const lines = [...new Set(summary.map(name))];
  const table = new Table({
    head: ['held out', ...methods],
    style: { head: [], border: [] },
    colAligns: ['left', ...methods.map(() => 'right' as const)],
  });
  for (const line of lines) {
    const cell = (method: string) => {
      const row = summary.find((r) => name(r) === line && r.method === method);
      if (!row || row.w1Mean === null) return '–';
      return row.w1Mean.toFixed(4) + (row.w1Sd === null ? '' : ` ± ${row.w1Sd.toFixed(4)}`);
    };
    table.push([line, ...methods.map(cell)]);
  }
  const seeds = Math.max(0, ...summary.map((row) => row.n));
  const spread = seeds > 1 ? `, mean ± sd over ${seeds} seeds` : '';
  return `Wasserstein-1 distance of predicted to real held-out cells (lower is better)${spread}\n${table.toString()}`;
}

/** Prints the table, if there is one, what is said of growth, and where the results are. */
export function printResult({
  metrics,
  growth,
  target,
}: {
  metrics: Metrics;
  /** what is said of growth; empty: it is ignored */
  growth: string[];
  target: string;
}): void {
  if (metrics.rows.length > 0) process.stdout.write(`${wassersteinTable(metrics)}\n`);
  for (const line of growth) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `Results: ${relative(process.cwd(), target) || '.'} (open report.html in a browser)\n`,
  );
}
