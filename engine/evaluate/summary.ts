import type { FitSettings, Method } from '../config.ts';
import { BASELINES, type Baseline, type BaselineResult } from './baselines.ts';
import type { FitResult } from './held-out.ts';
import type { Distances } from './measure.ts';
import { tInterval } from './t-interval.ts';

/** One held-out timepoint of one fit or baseline, as metrics.json has it. */
export interface MetricsRow {
  method: Method | Baseline;
  /** what bent the paths */
  metric: 'land' | 'rbf' | 'none';
  /** how cells were paired; none where nothing was */
  coupling: FitSettings['coupling'] | 'none';
  dims: number;
  /** null for a baseline, which fits nothing */
  protocol: FitSettings['protocol'] | null;
  /** the timepoint's label */
  heldOut: string;
  /** the labels that were held out with it, joined by +; null where it was alone */
  heldOutTogether: string | null;
  seed: number;
  /** null: over all real cells; else w1 is the mean cost of reaching the cells of this type */
  cellType: string | null;
  /** exact, over all cells, in the evaluation space; null where the fit diverged */
  w1: number | null;
  w2: number | null;
  mmd: number | null;
  energy: number | null;
  /** w1 at the size of the noise floor */
  w1AtFloorSize: number | null;
  /** w1 of equal numbers of cells (see W1Band), which compares predictions of different numbers; null: not measured */
  w1AtEqualSize: number | null;
  /** its 95 % interval over the choice of cells */
  w1Low: number | null;
  w1High: number | null;
  /** cells on each side of it */
  equalSize: number | null;
  /** of the whole fit */
  seconds: number;
  /** gradient steps of the whole fit */
  steps: number;
}

/** Mean and standard deviation over seeds. */
export interface SummaryRow {
  method: MetricsRow['method'];
  /** null: over all held-out timepoints, each seed's mean first */
  heldOut: string | null;
  heldOutTogether: string | null;
  w1Mean: number | null;
  /** sample standard deviation over seeds; null with fewer than two */
  w1Sd: number | null;
  /** seeds with a figure */
  n: number;
  /** w1 at equal size, mean over seeds; null where one was not measured */
  w1AtEqualSize: number | null;
  /**
   * its 95 % interval over the choice of cells, mean of the intervals' ends: all seeds and methods share the real cells, so
   * averaging does not narrow it
   */
  w1Low: number | null;
  w1High: number | null;
  /** cells on each side; null over held-out timepoints where they differ */
  equalSize: number | null;
}

/** How two methods differ, seed by seed. */
export interface DifferenceRow {
  method: MetricsRow['method'];
  /** `difference` is w1 of method minus w1 of this one: negative means that method is closer */
  versus: MetricsRow['method'];
  heldOut: string | null;
  heldOutTogether: string | null;
  difference: number;
  /** 95 % t-interval over seeds; null with fewer than two */
  low: number | null;
  high: number | null;
  n: number;
}

export function metricsRows(
  fits: readonly FitResult[],
  baselines: readonly BaselineResult[],
  labels: readonly string[],
  dims: number,
): MetricsRow[] {
  const together = (heldOut: readonly number[]) =>
    heldOut.length > 1 ? heldOut.map((k) => labels[k]).join('+') : null;
  const ofFits = fits.flatMap(({ method, choices, heldOut, seed, predictions, seconds, steps, settings }) =>
    predictions.flatMap(({ timepoint, distances }) =>
      withCellTypes(distances, {
        method,
        metric: (choices?.method ?? method).endsWith('-mfm') ? settings.metric : 'none',
        coupling: settings.coupling,
        dims,
        protocol: settings.protocol,
        heldOut: labels[timepoint]!,
        heldOutTogether: together(heldOut),
        seed,
        seconds,
        steps,
      }),
    ),
  );
  const couplings = { ot: 'global', random: 'independent', previous: 'none', next: 'none' } as const;
  const ofBaselines = baselines.flatMap(({ heldOut, rows }) =>
    rows.flatMap(({ method, timepoint, seed, seconds, distances }) =>
      withCellTypes(distances, {
        method,
        metric: 'none',
        coupling: couplings[method],
        dims,
        protocol: null,
        heldOut: labels[timepoint]!,
        heldOutTogether: together(heldOut),
        seed,
        seconds,
        steps: 0,
      }),
    ),
  );
  return [...ofFits, ...ofBaselines];
}

type EqualSize = Pick<MetricsRow, 'w1AtEqualSize' | 'w1Low' | 'w1High' | 'equalSize'>;
type RowBase = Omit<
  MetricsRow,
  'cellType' | 'w1' | 'w2' | 'mmd' | 'energy' | 'w1AtFloorSize' | keyof EqualSize
>;

const NOT_EQUAL_SIZE: EqualSize = { w1AtEqualSize: null, w1Low: null, w1High: null, equalSize: null };

function withCellTypes(distances: Distances | null, base: RowBase): MetricsRow[] {
  const none = { w2: null, mmd: null, energy: null, w1AtFloorSize: null, ...NOT_EQUAL_SIZE };
  if (distances === null) return [{ ...base, cellType: null, w1: null, ...none }];
  const { w1, w2, mmd, energy, w1AtFloorSize, atEqualSize: band, byCellType } = distances;
  const equal = band
    ? { w1AtEqualSize: band.w1, w1Low: band.low, w1High: band.high, equalSize: band.cells }
    : NOT_EQUAL_SIZE;
  return [
    { ...base, cellType: null, w1, w2, mmd, energy, w1AtFloorSize, ...equal },
    ...byCellType.map((type) => ({ ...base, cellType: type.cellType, w1: type.w1, ...none })),
  ];
}

/** A row for each method and held-out timepoint, then one for each method over all; all cells together. */
export function summarize(rows: readonly MetricsRow[]): SummaryRow[] {
  const whole = rows.filter((row) => row.cellType === null);
  const methods = [...new Set(whole.map((row) => row.method))];
  const single = methods.flatMap((method) =>
    heldOutsOf(whole).map(({ heldOut, heldOutTogether }) => ({
      method,
      heldOut,
      heldOutTogether,
      ...meanAndSd([...valuesBySeed(whole, method, { heldOut, heldOutTogether }).values()]),
      ...atEqualSize(whole, method, { heldOut, heldOutTogether }),
    })),
  );
  const overall = methods.map((method) => ({
    method,
    heldOut: null,
    heldOutTogether: null,
    ...meanAndSd([...valuesBySeed(whole, method, null).values()]),
    ...atEqualSize(whole, method, null),
  }));
  return [...single, ...overall];
}

/** Each pair of fitted methods, and each fitted method against static transport, over the seeds that both have. */
export function pairedDifferences(rows: readonly MetricsRow[]): DifferenceRow[] {
  const whole = rows.filter((row) => row.cellType === null);
  const methods = [...new Set(whole.map((row) => row.method))];
  const fitted = methods.filter((method) => !BASELINES.some((name) => name === method));
  const pairs = fitted.flatMap((method, i) =>
    [...fitted.slice(i + 1), ...methods.filter((m) => m === 'ot')].map((versus) => [method, versus] as const),
  );
  return pairs.flatMap(([method, versus]) =>
    [...heldOutsOf(whole), null].flatMap((where) => {
      const [a, b] = [valuesBySeed(whole, method, where), valuesBySeed(whole, versus, where)];
      const differences = [...a].flatMap(([seed, value]) => {
        // a baseline has one value, whatever the seed
        const other = (b.size === 1 ? [...b.values()][0] : b.get(seed)) ?? null;
        return value === null || other === null ? [] : [value - other];
      });
      if (differences.length === 0) return [];
      const { heldOut = null, heldOutTogether = null } = where ?? {};
      const { mean, ...interval } = tInterval(differences);
      return [{ method, versus, heldOut, heldOutTogether, difference: mean, ...interval }];
    }),
  );
}

type Where = Pick<MetricsRow, 'heldOut' | 'heldOutTogether'>;

function heldOutsOf(rows: readonly MetricsRow[]): Where[] {
  const key = (row: Where) => JSON.stringify([row.heldOut, row.heldOutTogether]);
  return [...new Map(rows.map((row) => [key(row), row])).values()].map(({ heldOut, heldOutTogether }) => ({
    heldOut,
    heldOutTogether,
  }));
}

function rowsOf(
  rows: readonly MetricsRow[],
  method: MetricsRow['method'],
  where: Where | null,
): MetricsRow[] {
  return rows.filter(
    (row) =>
      row.method === method &&
      (where === null || (row.heldOut === where.heldOut && row.heldOutTogether === where.heldOutTogether)),
  );
}

// w1 of each seed; over all held-out timepoints (null) their mean, and none where one is missing: it would not compare
function valuesBySeed(
  rows: readonly MetricsRow[],
  method: MetricsRow['method'],
  where: Where | null,
): Map<number, number | null> {
  const own = rowsOf(rows, method, where);
  return new Map(
    [...new Set(own.map((row) => row.seed))].map((seed) => {
      const values = own.filter((row) => row.seed === seed).map((row) => row.w1);
      return [seed, values.includes(null) ? null : meanAndSd(values).w1Mean];
    }),
  );
}

// of the seeds that have a figure everywhere, as w1
function atEqualSize(
  rows: readonly MetricsRow[],
  method: MetricsRow['method'],
  where: Where | null,
): EqualSize {
  const whole = new Set(
    [...valuesBySeed(rows, method, where)].flatMap(([seed, w1]) => (w1 === null ? [] : seed)),
  );
  const own = rowsOf(rows, method, where).filter((row) => whole.has(row.seed));
  const mean = (name: keyof EqualSize) => {
    const values = own.map((row) => row[name]);
    return values.includes(null) ? null : meanAndSd(values).w1Mean;
  };
  const sizes = new Set(own.map((row) => row.equalSize));
  return {
    w1AtEqualSize: mean('w1AtEqualSize'),
    w1Low: mean('w1Low'),
    w1High: mean('w1High'),
    equalSize: sizes.size === 1 ? [...sizes][0]! : null,
  };
}

function meanAndSd(values: readonly (number | null)[]): Pick<SummaryRow, 'w1Mean' | 'w1Sd' | 'n'> {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  if (n === 0) return { w1Mean: null, w1Sd: null, n };
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { w1Mean: mean, w1Sd: n > 1 ? Math.sqrt(variance) : null, n };
}
