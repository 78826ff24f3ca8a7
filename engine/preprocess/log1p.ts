import type { CsrMatrix } from '../io/h5ad-write.ts';
import { checkNotNegative, type Hooks, overRows } from './row-blocks.ts';

/**
 * Natural logarithm of 1 + x of each entry. The data array is new, of the same type; indices and indptr are shared.
 * @param matrix [nObs, nVars], left as it is
 * @throws InputError: NaN, infinite or negative values; CancelledError
 */
export function log1p(matrix: CsrMatrix, hooks?: Hooks): CsrMatrix {
  checkNotNegative(matrix, 'Taking the logarithm');
  const { data, indices, indptr } = matrix;
  const logged = data.slice();
  overRows(indptr.length - 1, hooks, (from, to) => {
    for (let e = indptr[from]!; e < indptr[to]!; e++) logged[e] = Math.log1p(data[e]!);
  });
  return { data: logged, indices, indptr };
}
