import {
  decimalsFor,
  formatCount,
  heldOutLabel,
  isBaseline,
  joinAnd,
  methodLabel,
  timepointLabel,
} from '../../engine/figures/words.ts';
import type { RunInfo, RunResults } from '../../engine/host/protocol.ts';

/* What a reader is told of a run: which numbers belong together, and what they mean. */

type Metrics = RunResults['metrics'];
export type Summary = Metrics['summary'][number];

/** Decimals of every W1 of a run, so that what stands in different places is alike. */
export function w1Decimals({ summary }: Pick<Metrics, 'summary'>): number {
  return decimalsFor(
    summary.flatMap(({ w1Mean }) => (w1Mean === null ? [] : [w1Mean])),
    summary.map(({ w1Sd }) => w1Sd),
  );
}

const keyOf = ({ heldOut, heldOutTogether }: { heldOut: string | null; heldOutTogether: string | null }) =>
  JSON.stringify([heldOut, heldOutTogether]);

/** The rows of the summary that speak of the whole run, one a method: the means over what was held out. */
export function overall({ summary }: Pick<Metrics, 'summary'>): Summary[] {
  return summary.filter(({ heldOut }) => heldOut === null);
}

/** One for each timepoint that was held out, in their order, as the run has it. */
export function heldOutGroups({ summary }: Pick<Metrics, 'summary'>): Summary[] {
  const single = summary.filter(({ heldOut }) => heldOut !== null);
  return [...new Map(single.map((entry) => [keyOf(entry), entry])).values()];
}

export function summaryOf(
  { summary }: Pick<Metrics, 'summary'>,
  method: string,
  group: Summary,
): Summary | null {
  return summary.find((entry) => entry.method === method && keyOf(entry) === keyOf(group)) ?? null;
}

export const methodsOf = ({ summary }: Pick<Metrics, 'summary'>): string[] => [
  ...new Set(summary.map(({ method }) => method)),
];

/** `day 3`, `day 3 (3+4 together)`, `mean over all`. */
export function groupLabel(
  { heldOut, heldOutTogether }: { heldOut: string | null; heldOutTogether: string | null },
  unit: string,
): string {
  return heldOut === null ? 'mean over all' : heldOutLabel(heldOut, heldOutTogether, unit || undefined);
}

/** The fitted method that came closest; null: none has a distance. */
export function bestMethod(metrics: Pick<Metrics, 'summary'>): Summary | null {
  return (
    overall(metrics)
      .filter(({ method, w1Mean }) => !isBaseline(method) && w1Mean !== null)
      .sort((a, b) => a.w1Mean! - b.w1Mean!)[0] ?? null
  );
}

/** What the distances mean, in sentences without numbers of their own. */
export function meaningOf({
  metrics,
  timepoints,
  embedding,
}: Pick<RunResults, 'metrics' | 'timepoints' | 'embedding'>): string[] {
  const best = bestMethod(metrics);
  const day = timepoints.unit || 'timepoint';
  if (!best) return [`No ${day} has a distance, so nothing can be said about cells that were not seen.`];
  return [
    `W1 is how far the predicted cells would have to be moved, on average, to become the real cells of the held-out ${day}: 0 would be the same cells. It is in the units of ${embedding.name} and compares methods on these cells only.`,
    ...againstStraight(metrics, best),
    ...againstNeighbours(metrics, best, day),
    ...(metrics.floors.length > 0
      ? [
          `Even two random halves of one ${day} differ: that is the noise floor (the same ${day} against itself), and no prediction can be expected below it.`,
        ]
      : []),
  ];
}

/** The difference of two W1 as a reader sees it: of the rounded numbers. */
function shownGap(metrics: Pick<Metrics, 'summary'>, one: number, other: number): number {
  const decimals = w1Decimals(metrics);
  return Number(one.toFixed(decimals)) - Number(other.toFixed(decimals));
}

function againstStraight(metrics: Pick<Metrics, 'differences' | 'summary'>, best: Summary): string[] {
  const { differences } = metrics;
  const name = methodLabel(best.method);
  const found = differences.find(
    ({ method, versus, heldOut }) => method === best.method && versus === 'ot' && heldOut === null,
  );
  if (!found) return [];
  const straight = 'straight lines between paired cells without any training (static transport)';
  const other = overall(metrics).find(({ method }) => method === 'ot')?.w1Mean;
  if (other != null && shownGap(metrics, best.w1Mean!, other) === 0)
    return [`${capital(name)} came as near as ${straight}.`];
  const nearer = found.difference < 0 ? 'nearer' : 'less near';
  if (found.low === null || found.high === null)
    return [
      `In this one run, ${name} came ${nearer} than ${straight}; more seeds would show whether that is chance.`,
    ];
  if (found.low <= 0 && found.high >= 0)
    return [`${capital(name)} and ${straight} cannot be told apart with these seeds.`];
  return [`${capital(name)} came ${nearer} than ${straight}, beyond the chance of training.`];
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);

function againstNeighbours(metrics: Pick<Metrics, 'summary'>, best: Summary, day: string): string[] {
  const beside = overall(metrics).filter(
    ({ method, w1Mean }) => (method === 'previous' || method === 'next') && w1Mean !== null,
  );
  if (beside.length === 0) return [];
  const nearer = beside.filter(({ w1Mean }) => shownGap(metrics, w1Mean!, best.w1Mean!) <= 0);
  if (nearer.length === 0)
    return [
      `It is nearer than the cells of the ${day} before and after as they are: it says something of the ${day} between.`,
    ];
  const which = nearer.map(({ method }) => (method === 'previous' ? 'before' : 'after'));
  return [
    `Mind: the cells of the ${day} ${joinAnd(which)}, left as they are, are no farther from the held-out cells than the prediction.`,
  ];
}

/** Why two runs should not be laid side by side; null: they may. */
export function whyNotCompared(a: RunInfo, b: RunInfo): string | null {
  const held = ({ heldOut }: RunInfo) => JSON.stringify([...heldOut].sort());
  if (held(a) !== held(b)) return 'they hold out different timepoints';
  const space = ({ experiment: { embedding, dims, whiten, where, time, timepoints } }: RunInfo) =>
    JSON.stringify([embedding, dims, whiten, where, time, timepoints]);
  return space(a) === space(b) ? null : 'they are of other cells, timepoints or components';
}

/** The noise floors of a run, from the least to the largest, and over how many cells; null: none was taken. */
export function floorRange({
  floors,
}: Pick<Metrics, 'floors'>): { low: number; high: number; cells: string } | null {
  if (floors.length === 0) return null;
  const means = floors.map(({ w1Mean }) => w1Mean);
  const cells = floors.map((floor) => floor.cells);
  const [few, many] = [Math.min(...cells), Math.max(...cells)];
  return {
    low: Math.min(...means),
    high: Math.max(...means),
    cells: few === many ? formatCount(few) : `${formatCount(few)}–${formatCount(many)}`,
  };
}

/** `fit on all timepoints, seed 42`, `without day 3, seed 42`. */
export function fitLabel(
  { heldOut, seed }: { heldOut: readonly string[]; seed: number },
  unit: string,
): string {
  const without = heldOut.map((label) => timepointLabel(label, unit || undefined));
  return `${without.length === 0 ? 'fit on all timepoints' : `without ${joinAnd(without)}`}, seed ${seed}`;
}
