import type { Method } from '../config.ts';
import type { FitResult } from './held-out.ts';

/** One held-out timepoint of one fit, as metrics.json has it. */
export interface MetricsRow {
  method: Method;
  /** the timepoint's label */
  heldOut: string;
  /** the labels that were held out with it, joined by +; null where it was alone */
  heldOutTogether: string | null;
  seed: number;
  /** exact, over all cells, in the evaluation space; null where the fit diverged */
  w1: number | null;
  /** of the whole fit */
  seconds: number;
  /** gradient steps of the whole fit */
  steps: number;
}

/** Mean and standard deviation over seeds. */
export interface SummaryRow {
  method: Method;
  /** null: over all held-out timepoints, each seed's mean first */
  heldOut: string | null;
  heldOutTogether: string | null;
  w1Mean: number | null;
  /** sample standard deviation over seeds; null with fewer than two */
  w1Sd: number | null;
  /** seeds with a figure */
  n: number;
}

export function metricsRows(fits: readonly FitResult[], labels: readonly string[]): MetricsRow[] {
  return fits.flatMap(({ method, heldOut, seed, predictions, seconds, steps }) =>
    predictions.map(({ timepoint, w1 }) => ({
      method,
      heldOut: labels[timepoint]!,
      heldOutTogether: heldOut.length > 1 ? heldOut.map((k) => labels[k]).join('+') : null,
      seed,
      w1,
      seconds,
      steps,
    })),
  );
}

/** A row for each method and held-out timepoint, then one for each method over all. */
export function summarize(rows: readonly MetricsRow[]): SummaryRow[] {
  const methods = [...new Set(rows.map((row) => row.method))];
  const key = (row: MetricsRow) => JSON.stringify([row.heldOut, row.heldOutTogether]);
  const heldOuts = [...new Map(rows.map((row) => [key(row), row])).values()];
  const single = methods.flatMap((method) =>
    heldOuts.map((heldOut) => {
      const own = rows.filter((row) => row.method === method && key(row) === key(heldOut));
      return {
        method,
        heldOut: heldOut.heldOut,
        heldOutTogether: heldOut.heldOutTogether,
        ...meanAndSd(own.map((row) => row.w1)),
      };
    }),
  );
  const overall = methods.map((method) => {
    const own = rows.filter((row) => row.method === method);
    const seeds = [...new Set(own.map((row) => row.seed))];
    const seedMeans = seeds.map((seed) => {
      const values = own.filter((row) => row.seed === seed).map((row) => row.w1);
      // a mean over fewer timepoints than the others' would not be comparable
      return values.includes(null) ? null : meanAndSd(values).w1Mean;
    });
    return { method, heldOut: null, heldOutTogether: null, ...meanAndSd(seedMeans) };
  });
  return [...single, ...overall];
}

function meanAndSd(values: readonly (number | null)[]): Pick<SummaryRow, 'w1Mean' | 'w1Sd' | 'n'> {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  if (n === 0) return { w1Mean: null, w1Sd: null, n };
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { w1Mean: mean, w1Sd: n > 1 ? Math.sqrt(variance) : null, n };
}
