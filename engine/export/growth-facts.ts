import { growthPriorWords, type NoGrowthPrior, type PriorPart } from '../dataset/growth-gene-prior.ts';
import { rankCorrelation } from '../evaluate/rank-correlation.ts';
import { timepointList } from '../figures/words.ts';
import type { Experiment } from '../pipeline.ts';

/** The columns of obs in which growth is kept with the cells, in sessions and exports. */
export const GROWTH_RATE = 'meander_growth_rate';
export const GROWTH_PRIOR = 'meander_growth_prior';

export const RELATIVE =
  'Growth is estimated from the shares of cells in each state, relative to the mean cell of a timepoint; snapshots say nothing of totals: how many cells there were in all, and whether a cell is at rest, is not in the data.';

/** What the growth columns are, for readers of files; plain data. */
export interface GrowthFacts {
  /** null: there is none, and `growthNotes` says why */
  rate: { column: string; unit: string; meaning: string } | null;
  prior: PriorFacts | NoGrowthPrior | null;
  /** Spearman's, of prior and rate; null: not both are there */
  rankCorrelation: RankCorrelations | null;
}

export interface PriorFacts {
  column: string;
  unit: string;
  meaning: string;
  proliferation: Omit<PriorPart, 'score'>;
  apoptosis: Omit<PriorPart, 'score'>;
}

export interface RankCorrelations {
  /** over timepoints, by their cells; null: none has one */
  mean: number | null;
  timepoints: { timepoint: string; cells: number; correlation: number | null }[];
}

/** Whether a fit of the experiment has growth; cells that are paired at random know no plan, and so none. */
export const hasGrowth = ({ fits }: Pick<Experiment, 'fits'>) =>
  fits.some(({ settings }) => settings.growth === 'on' && settings.coupling !== 'independent');

/** The values of each growth column there is [nObs]. */
export function growthColumns({ fits, growthPrior }: Experiment): Record<string, Float32Array> {
  // of the fit whose trajectories are shown
  const rate = fits.find((fit) => fit.trajectories !== null)?.growthRate;
  return {
    ...(rate && { [GROWTH_RATE]: rate }),
    ...(growthPrior && 'score' in growthPrior && { [GROWTH_PRIOR]: growthPrior.score }),
  };
}

/** @returns null: growth is ignored */
export function growthFacts(experiment: Experiment): GrowthFacts | null {
  if (!hasGrowth(experiment)) return null;
  const { dataset, growthPrior } = experiment;
  const { [GROWTH_RATE]: rate, [GROWTH_PRIOR]: prior } = growthColumns(experiment);
  const untold = untoldTimepoints(experiment);
  return {
    rate: rate
      ? {
          column: GROWTH_RATE,
          unit: `per ${dataset.timepoints.unit || 'unit of time'}`,
          meaning: `The logarithm of how many descendants a cell has at the next timepoint, the mean cell's being 1, divided by the time between. Not a number at the last timepoint${untold === '' ? '' : ` and at ${untold}, after which growth is within noise or pairs are balanced`}. ${RELATIVE}`,
        }
      : null,
    prior: growthPrior ? priorFacts(growthPrior) : null,
    rankCorrelation: rate && prior ? correlations(experiment, prior, rate) : null,
  };
}

function priorFacts(prior: NonNullable<Experiment['growthPrior']>): PriorFacts | NoGrowthPrior {
  if ('missing' in prior) return prior;
  const part = ({ genes, of, source }: PriorPart) => ({ genes, of, source });
  return {
    column: GROWTH_PRIOR,
    unit: 'standard deviations of a gene',
    meaning: growthPriorWords(prior),
    proliferation: part(prior.proliferation),
    apoptosis: part(prior.apoptosis),
  };
}

/** Within each timepoint: rates are relative to its mean cell. */
function correlations(
  { dataset: { timepoints } }: Experiment,
  prior: Float32Array,
  rate: Float32Array,
): RankCorrelations {
  const each = timepoints.labels.slice(0, -1).map((timepoint, k) => {
    const rows = Array.from(timepoints.cellTimepoint.keys()).filter(
      (i) => timepoints.cellTimepoint[i] === k && Number.isFinite(prior[i]) && Number.isFinite(rate[i]),
    );
    const correlation = rankCorrelation(
      rows.map((i) => prior[i]!),
      rows.map((i) => rate[i]!),
    );
    return { timepoint, cells: rows.length, correlation };
  });
  const told = each.filter((one) => one.correlation !== null);
  const cells = told.reduce((sum, one) => sum + one.cells, 0);
  const mean = cells === 0 ? null : told.reduce((sum, one) => sum + one.cells * one.correlation!, 0) / cells;
  return { mean, timepoints: each };
}

/** What the reader should know of births and deaths, as sentences. */
export function growthNotes(experiment: Experiment): string[] {
  const facts = growthFacts(experiment);
  if (!facts)
    return [
      'Growth is ignored: every cell is followed as one cell, as if none divided or died between the timepoints.',
    ];
  const { prior, rankCorrelation: agreement } = facts;
  return [
    RELATIVE,
    ...untoldWords(experiment),
    ...(prior === null
      ? []
      : 'missing' in prior
        ? [`There is no growth score of genes. ${prior.missing}`]
        : [`Growth score (genes). ${prior.meaning}`]),
    ...(agreement ? [agreementWords(agreement)] : []),
  ];
}

/** Of the fit on all timepoints: those after which growth is within noise or pairs are balanced, in words; empty: there are none. */
function untoldTimepoints({ fits, dataset: { timepoints } }: Experiment): string {
  const { choices } = fits.find(({ heldOut }) => heldOut.length === 0) ?? {};
  const untold = choices?.growth.flatMap((one, k) => (one?.found ? [] : [timepoints.labels[k]!])) ?? [];
  return untold.length === 0 ? '' : timepointList(untold, timepoints.unit || undefined);
}

/** Why some growth rates are missing, or all; without a fit on all timepoints nobody expects them. */
export function untoldWords(experiment: Experiment): string[] {
  const fit = experiment.fits.find(({ heldOut }) => heldOut.length === 0);
  if (!fit) return [];
  if (GROWTH_RATE in growthColumns(experiment)) {
    const untold = untoldTimepoints(experiment);
    if (untold === '') return [];
    return [
      `After ${untold} growth is within noise or pairs are balanced, so no growth rates are told there.`,
    ];
  }
  if (!hasGrowth({ fits: [fit] }))
    return ['The fit on all timepoints is without growth, so cells have no growth rates.'];
  if (fit.velocity === null) return ['The fit on all timepoints diverged, so cells have no growth rates.'];
  return [
    'Cells carry masses, which serve predictions; but no difference in growth beyond noise was found, so cells have no growth rates.',
  ];
}

function agreementWords({ mean, timepoints }: RankCorrelations): string {
  if (mean === null)
    return 'Growth rates and growth scores cannot be compared: one of them is the same for all cells.';
  const each = timepoints.map(
    ({ timepoint, correlation }) => `${timepoint}: ${correlation === null ? 'none' : correlation.toFixed(2)}`,
  );
  return `Rank correlation of the growth scores with the growth rates, within timepoints: ${mean.toFixed(2)} on average (${each.join(', ')}); 1 is the same order of cells, 0 no relation. The fit does not see the scores.`;
}
