/*
 * Short answers where the question arises. For one who knows the experiment; what more there is to say stands in the documentation.
 */

export interface HelpText {
  title: string;
  /** a paragraph each */
  text: readonly string[];
  /** of the page that says more */
  section: string;
}

/** The page of the documentation that says more. */
export const HELP_PAGE = 'reading-a-run.md';

export const HELP = {
  'held-out day': {
    title: 'Held-out day',
    text: [
      'Its cells are hidden while the model is fitted. The cells of the days around it are then carried to its time, and what comes out is compared with the real cells that were kept back.',
      'It is the only honest test that such data allow: a model that has seen a day can always reproduce it.',
      'Each inner day in turn tells most. Holding out several together asks a harder question: whether a longer gap can be bridged.',
    ],
    section: 'held-out-timepoints',
  },
  w1: {
    title: 'W1, the distance to the real cells',
    text: [
      'How far predicted cells would have to be moved, on average, to become the real cells of that day, if they were moved as little as possible (Wasserstein-1 distance).',
      'It is in the units of the components that were used, so it compares methods on the same cells, not one experiment with another. Lower is better.',
      'It is never zero: even two random halves of one day are some distance apart. See the noise floor.',
    ],
    section: 'w1',
  },
  'noise floor': {
    title: 'Noise floor',
    text: [
      'Random parts of the same day against each other: what is left where nothing is wrong but that cells were drawn at random. No prediction can be expected to come nearer.',
      'The distance falls with the number of cells, so the floor compares strictly only with distances at its own number of cells: choose “as many cells as the noise floor” for that.',
    ],
    section: 'noise-floor',
  },
  interval: {
    title: 'Interval over the cells',
    text: [
      'An experiment takes some of the cells of a tissue. The 95 % interval says where the distance would be with other cells of the same tissue and the same fit.',
      'It needs equal numbers of predicted and real cells, so the value beside it is not that over all cells. It says nothing of another animal or donor.',
    ],
    section: 'intervals-over-the-cells',
  },
  baselines: {
    title: 'What it is compared with',
    text: [
      'Static transport: cells of the days around are paired so that the ways are shortest, and each moves along a straight line. Nothing is trained; a model should not do worse.',
      'Random pairs: the same with partners drawn at random.',
      'Timepoint before and after: their cells as they are. A prediction that is no nearer than these says nothing of the day between.',
    ],
    section: 'baselines',
  },
  'straight paths': {
    title: 'Straight and bent paths',
    text: [
      'Between two days a cell is not seen. OT-CFM takes it along a straight line, which can cross regions where there are no cells at all. OT-MFM bends the line so that it stays where cells are.',
      'Which is right depends on the data: where cells fill the space between the days, both are the same.',
    ],
    section: 'straight-and-bent-paths',
  },
  'cell types': {
    title: 'Distance by cell type',
    text: [
      'The mean way from predicted cells to the real cells of a type, in the same pairing that gives W1. A type that is reached badly may appear only between the sampled days, or be too rare to tell.',
    ],
    section: 'cell-types',
  },
  differences: {
    title: 'Differences, seed by seed',
    text: [
      'All methods are measured on the same cells and with the same seeds, so the difference between two is known better than either. Negative: the first is nearer to the real cells.',
      'The 95 % interval is over seeds: where it contains 0, the difference may be chance of training.',
    ],
    section: 'differences',
  },
  growth: {
    title: 'Growth',
    text: [
      'Cells divide and die between the days. Where growth is on, a predicted cell carries a mass: how many cells it stands for, the mean cell being 1.',
      'It is estimated from shares of cells in each state alone. Snapshots say nothing of totals: how many cells there were in all is not in the data.',
    ],
    section: 'growth',
  },
  seeds: {
    title: 'Seeds',
    text: [
      'Training begins at random and draws cells at random; a seed fixes both. Several seeds show how much of a difference is chance: ± is the standard deviation over them.',
      'Three are enough to see whether a difference is clear; one says nothing of it. Time grows with their number.',
    ],
    section: 'seeds',
  },
  automatic: {
    title: 'Automatic',
    text: [
      'Keeps inner days back, one after another, predicts them with each setting that may matter, and takes what is expected to predict best, by these trials and by what simulated courses show. What was asked and found is listed with the run.',
      'Days that a fit holds out take no part in its choices, so the test stays honest. They are predicted from the cells before and after them; the other methods, as published, take those before alone.',
    ],
    section: 'automatic',
  },
  'paths and truth': {
    title: 'Trajectories and truth',
    text: [
      'A line is where the model carries one cell, not a cell that was followed: sequencing destroys each cell. Which becomes which is inferred from all cells together.',
      'On a map such as UMAP a predicted cell is drawn among the real cells that are nearest to it in the components, so it lies on cells whether it is near them or not: principal components, in Embed, show how near. A map also tears apart cells that are near in the components. Where a path crosses such a tear, a faint dotted line joins its two ends.',
      'Several histories can explain the same snapshots. A line far from any cell, or apart between seeds, is a guess; a lineage tracer or a perturbation can settle it.',
    ],
    section: 'trajectories-and-truth',
  },
  'distance to cells': {
    title: 'Distance of paths to cells',
    text: [
      'How far the paths run from the nearest real cell of any day. Low all along: the paths stay where cells are. A hump between the days: they cross a region where none was measured.',
    ],
    section: 'distance-of-paths-to-cells',
  },
  losses: {
    title: 'Losses of training',
    text: [
      'What training makes smaller, step by step, on cells that it uses and on cells that it sets aside. Both lines flat at the end: it was long enough. The one set aside rising again: it would have been better to stop earlier, which it does by itself.',
      'Losses do not compare between methods. Only the distance to held-out cells does.',
    ],
    section: 'losses',
  },
  spread: {
    title: 'How sure the trajectories are',
    text: [
      'Fits that differ in their seed alone carry the same cell along slightly different ways; the spread is how far these lie apart. It says how much chance of training there is in a line, and nothing about what the data leave open.',
      'Far from any cell: farther than 99 % of the cells lie from their own neighbours.',
    ],
    section: 'spread',
  },
  genes: {
    title: 'Genes along a path',
    text: [
      'Paths run in the components, and a gene is computed back from them. That is approximate: what the components leave out of a gene is lost. Compare with the real cells that are drawn beside it.',
    ],
    section: 'genes-along-a-path',
  },
} as const satisfies Record<string, HelpText>;

export type HelpSubject = keyof typeof HELP;
