/** Patience of a training: how many validations in a row may pass without a new lowest loss. */
export interface EarlyStopping {
  readonly best: number;
  readonly sinceBest: number;
  readonly patience: number;
}

/** @param patience ≥ 1 */
export function createEarlyStopping(patience: number): EarlyStopping {
  return { best: Number.POSITIVE_INFINITY, sinceBest: 0, patience };
}

/**
 * Takes one validation loss. `improved` says that it is the lowest so far; `stop` that patience is used up.
 * A loss that is not a number never improves.
 */
export function observe(
  state: EarlyStopping,
  loss: number,
): { state: EarlyStopping; improved: boolean; stop: boolean } {
  const improved = loss < state.best;
  const sinceBest = improved ? 0 : state.sinceBest + 1;
  return {
    state: { ...state, best: improved ? loss : state.best, sinceBest },
    improved,
    stop: sinceBest >= state.patience,
  };
}
