import { InputError } from '../errors.ts';

/** A categorical column of obs. */
export interface BatchColumn {
  /** [nObs] */
  codes: ArrayLike<number>;
  categories: readonly string[];
}

/** Each cell's batch; every batch has at least two cells. */
export interface Batches {
  /** [nObs], 0 … sizes.length − 1 */
  codes: Int32Array;
  sizes: Int32Array;
}

/**
 * Categories without cells are left out; no column: all cells are one batch.
 * @throws InputError: a cell without batch, a batch of one cell, a column of another length
 */
export function batchesOf(column: BatchColumn | undefined, nObs: number): Batches {
  const { codes, categories } = column ?? { codes: new Int32Array(nObs), categories: ['all cells'] };
  if (codes.length !== nObs)
    throw new InputError('The batch column does not fit the cells.', {
      expected: `${nObs} values`,
      found: `${codes.length}`,
    });
  const counts = new Int32Array(categories.length);
  let without = 0;
  for (let i = 0; i < nObs; i++)
    if (counts[codes[i]!] === undefined) without++;
    else counts[codes[i]!]!++;
  if (without > 0)
    throw new InputError('A cell has no batch.', {
      option: '--genes-by-batch',
      expected: 'a batch for every cell that takes part',
      found: `none for ${without} of ${nObs} cells`,
      action: 'Fill in the column, leave these cells out, or choose genes without batches.',
    });
  const lonely = counts.indexOf(1);
  if (lonely >= 0 || nObs === 0)
    throw new InputError('Variable genes need at least two cells in each batch.', {
      ...(column && { option: '--genes-by-batch' }),
      found: nObs === 0 ? 'no cells' : `one cell in ${categories[lonely]}`,
      action: 'Join small batches, leave them out, or choose genes without batches.',
    });
  const used = [...categories.keys()].filter((code) => counts[code]! > 0);
  const position = new Map(used.map((code, at) => [code, at]));
  return {
    codes: Int32Array.from({ length: nObs }, (_, i) => position.get(codes[i]!)!),
    sizes: Int32Array.from(used, (code) => counts[code]!),
  };
}
