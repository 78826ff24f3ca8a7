import { BASELINES } from '../evaluate/baselines.ts';
import { tInterval } from '../evaluate/t-interval.ts';
import {
  decimalsFor,
  formatMeanSd,
  formatNumber,
  joinAnd,
  methodLabel,
  timepointList,
} from '../figures/words.ts';
import type { ReportInput, ReportRow, ReportSummary } from './report-input.ts';

export interface Verdict {
  /** the one sentence that a reader takes away */
  sentence: string;
  /** what supports or limits it */
  support: string[];
}

/**
 * Says what the held-out distances support: which of the two best methods came closer, by how much, and whether the
 * difference is clear of the chance of training. The difference is taken pair by pair (same held-out timepoint, same
 * seed), averaged for each seed, and given a 95 % t-interval over seeds; "closer" needs an interval without 0.
 */
export function verdict(
  input: Pick<ReportInput, 'rows' | 'summary' | 'timepoints' | 'predictFrom'>,
): Verdict {
  const { timepoints } = input;
  // the methods that were fitted: baselines are what they are compared with, not candidates
  const rows = input.rows.filter((row) => isFitted(row.method) && row.cellType === null);
  const summary = input.summary.filter((row) => isFitted(row.method));
  if (rows.length === 0) {
    return {
      sentence: 'No timepoint was held out, so nothing can be said of how good the predictions are.',
      support: [],
    };
  }
  const failed = rows.filter((row) => row.w1 === null).map((row) => methodLabel(row.method));
  const support =
    failed.length > 0 ? [`Fits of ${joinAnd([...new Set(failed)])} diverged and have no distance.`] : [];
  const [best, second] = overallMeans(summary).sort((a, b) => a.w1Mean - b.w1Mean);
  if (best === undefined) return { sentence: 'No fit gave a distance.', support };
  const straight = overallMeans(input.summary).find((row) => row.method === 'ot');
  if (straight) {
    const digits = decimalsFor([straight.w1Mean, best.w1Mean], []);
    const isLower = Number(straight.w1Mean.toFixed(digits)) < Number(best.w1Mean.toFixed(digits));
    const relation = isLower ? 'Lower than every fitted method' : 'For comparison';
    const value = formatMeanSd(straight.w1Mean, straight.w1Sd, digits);
    support.push(`${relation}: static optimal transport, without any training, has ${value}.`);
  }
  support.push(...randomWords(input.summary, best), ...sidesWords(input.predictFrom, best, second));

  const labels = timepoints.labels.filter((label) => rows.some((row) => row.heldOut === label));
  const held =
    labels.length > MOST_NAMED
      ? `${labels.length} held-out ${timepoints.unit ?? 'timepoint'}s from ${labels[0]} to ${labels.at(-1)}`
      : `held-out ${timepointList(labels, timepoints.unit)}`;
  const compared = second === undefined ? [best] : [best, second];
  const decimals = decimalsFor(
    compared.map((entry) => entry.w1Mean),
    compared.map((entry) => entry.w1Sd),
  );
  const distance = (entry: Overall) => formatMeanSd(entry.w1Mean, entry.w1Sd, decimals);
  const seeds = best.n === 1 ? 'one seed' : `mean ± sd over ${best.n} seeds`;
  const bestName = methodLabel(best.method);
  if (second === undefined) {
    return {
      sentence: `For ${held}, ${bestName} came to a W1 distance of ${distance(best)} from the real cells (${seeds}).`,
      support: [...support, 'No other method has a distance, so there is nothing to compare this one with.'],
    };
  }

  const secondName = methodLabel(second.method);
  const { perSeed, lower, pairs } = pairedDifferences(rows, best.method, second.method);
  const numbers = `W1 distance ${distance(best)} against ${distance(second)} (lower is better; ${seeds})`;
  // who reads the two numbers must see what the words say
  const looksAlike = formatNumber(best.w1Mean, decimals) === formatNumber(second.w1Mean, decimals);
  const relation = looksAlike ? 'came as near to the real cells as' : 'came closer to the real cells than';
  if (perSeed.length < 2) {
    return {
      sentence: `For ${held}, ${bestName} ${relation} ${secondName} in this one run: ${numbers}.`,
      support: [
        ...support,
        'With one seed it cannot be said whether the difference exceeds the chance of training; run more seeds to see.',
      ],
    };
  }
  const { mean, low, high } = tInterval(perSeed) as { mean: number; low: number; high: number };
  const clear = low > 0;
  const finer = Math.min(4, decimals + 1);
  const range = `${formatNumber(low, finer)} to ${formatNumber(high, finer)}`;
  return {
    sentence: clear
      ? `For ${held}, ${bestName} ${relation} ${secondName}: ${numbers}.`
      : `For ${held}, ${bestName} and ${secondName} cannot be told apart with ${perSeed.length} seeds: ${numbers}.`,
    support: [
      ...support,
      `The distance of ${bestName} was lower in ${lower} of ${pairs} pairs of fits (same held-out timepoint, same seed), by ${formatNumber(mean, finer)} on average (95 % interval over seeds: ${range}${clear ? '' : ', which includes no difference'}).`,
    ],
  };
}

/** Where cells that are paired at random do as well, a distance says little of the pairs. */
function randomWords(summary: ReportInput['summary'], best: Overall): string[] {
  const random = overallMeans(summary).find((row) => row.method === 'random');
  if (!random) return [];
  const digits = decimalsFor([random.w1Mean, best.w1Mean], []);
  if (Number(random.w1Mean.toFixed(digits)) > Number(best.w1Mean.toFixed(digits))) return [];
  const value = formatMeanSd(random.w1Mean, random.w1Sd, digits);
  return [
    `Cells that are paired at random, without any training, come as near (${value}): these timepoints do not show that any method knows which cells belong together.`,
  ];
}

/** Methods that see different cells are no equals, whatever their paths. */
function sidesWords(
  predictFrom: ReportInput['predictFrom'],
  best: Overall,
  second: Overall | undefined,
): string[] {
  const compared = [best, ...(second ? [second] : [])].map(({ method }) => method);
  const [both, before] = (['both', 'before'] as const).map((side) =>
    compared.filter((method) => predictFrom?.[method] === side).map(methodLabel),
  );
  if (both!.length === 0 || before!.length === 0) return [];
  return [
    `A part of the difference may come from this: ${joinAnd(both!)} predicts a held-out timepoint from the cells before and after it, ${joinAnd(before!)} from those before it alone, as published.`,
  ];
}

/** More timepoints would hide what the sentence says. */
const MOST_NAMED = 6;

const isFitted = (method: string) => !(BASELINES as readonly string[]).includes(method);

type Overall = ReportSummary & { w1Mean: number };

/** The mean over all held-out timepoints of each method. */
function overallMeans(summary: ReportInput['summary']): Overall[] {
  return summary.filter((entry): entry is Overall => entry.heldOut === null && entry.w1Mean !== null);
}

/** w1(worse) − w1(better), pair by pair, and averaged for each seed. */
function pairedDifferences(rows: readonly ReportRow[], better: string, worse: string) {
  const keyOf = (row: ReportRow) => JSON.stringify([row.heldOut, row.heldOutTogether, row.seed]);
  const others = new Map(rows.flatMap((row) => (row.method === worse ? [[keyOf(row), row.w1]] : [])));
  const differences = rows.flatMap((row) => {
    const other = row.method === better ? others.get(keyOf(row)) : undefined;
    return other == null || row.w1 === null ? [] : [{ seed: row.seed, difference: other - row.w1 }];
  });
  const perSeed = [...new Set(differences.map((each) => each.seed))].map((seed) => {
    const own = differences.filter((each) => each.seed === seed);
    return own.reduce((sum, each) => sum + each.difference, 0) / own.length;
  });
  return {
    perSeed,
    lower: differences.filter((each) => each.difference > 0).length,
    pairs: differences.length,
  };
}
