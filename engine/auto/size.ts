/** Cells of a timepoint in a trial: enough to tell answers apart, few enough to be quick. */
export const MOST_TRIAL_CELLS = 1000;
/** Inner timepoints that are kept back in turn, spread over the course. */
export const MOST_INNER = 3;
/** Observed timepoints on each side of one that a trial sees. */
export const REACH = 2;
/** Cells of a timepoint up to which pairs come from a plan between whole clouds. */
export const MOST_PLANNED = 2000;
/** Fits for each timepoint that is kept back, as a rule; for the progress. */
export const USUAL_TRIALS = 10;
