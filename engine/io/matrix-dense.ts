import { InputError } from '../errors.ts';
import type { MatrixSource } from './h5ad-matrix.ts';
import type { Hdf5Dataset } from './hdf5.ts';
import { checkColumn, checkRows, readListed, sparseRows, stackRows } from './matrix-rows.ts';
import { allocateValues, toValues } from './matrix-values.ts';
import type { MatrixPlace } from './sparse-storage.ts';

const SLAB_BYTES = 64 * 2 ** 20;
/** Rows this near to each other are read in one go. */
const NEAR_BYTES = 256 * 1024;

export function openDenseMatrix(dataset: Hdf5Dataset, place: MatrixPlace): MatrixSource {
  checkDense(dataset, place);
  const shape = dataset.shape as [number, number];
  const [nObs, nVars] = shape;
  const key = place.key;
  const rowBytes = Math.max(1, nVars * allocateValues(dataset, 0).BYTES_PER_ELEMENT);

  const blocksOf = (start: number, stop: number, bytes: number) => {
    const rows = Math.max(1, Math.floor(bytes / rowBytes));
    return Array.from({ length: Math.ceil((stop - start) / rows) }, (_, i): [number, number] => [
      start + i * rows,
      Math.min(stop, start + (i + 1) * rows),
    ]);
  };

  const readRows: MatrixSource['readRows'] = (start, stop) => {
    checkRows(start, stop, nObs);
    if (start === stop || nVars === 0)
      return {
        data: allocateValues(dataset, 0),
        indices: new Int32Array(0),
        indptr: new Int32Array(stop - start + 1),
      };
    const parts = blocksOf(start, stop, SLAB_BYTES).map((rows) =>
      sparseRows(toValues(dataset.numbers([rows, [0, nVars]])), nVars),
    );
    return stackRows(parts, allocateValues(dataset, 0), key);
  };

  return {
    key,
    shape,
    storage: 'dense',
    // zeros are read and left out at each pass
    slow: true,
    nStored: nObs * nVars,
    dtype: dataset.dtype,
    rowBlocks: (bytes = 16 * 2 ** 20) => blocksOf(0, nObs, bytes),
    readRows,
    readRowList(rows) {
      const joins = (start: number, a: number, b: number) =>
        (b - a - 1) * rowBytes <= NEAR_BYTES && (b + 1 - start) * rowBytes <= SLAB_BYTES;
      return readListed(rows, { shape, key }, joins, readRows);
    },
    readColumn(column) {
      checkColumn(column, nVars);
      if (nObs === 0) return new Float32Array(0);
      return Float32Array.from(
        dataset.numbers([
          [0, nObs],
          [column, column + 1],
        ]),
      );
    },
  };
}

function checkDense(dataset: Hdf5Dataset, place: MatrixPlace): void {
  const { type, shape } = dataset;
  const numbers = type === 'float' || type === 'integer' || type === 'boolean';
  if (numbers && shape?.length === 2) return;
  throw new InputError('This element of the file is no matrix.', {
    ...place,
    expected: 'numbers of the shape [cells, genes]',
    found: numbers ? `the shape [${shape?.join(', ') ?? ''}]` : `an array of type ${type}`,
    action: 'Save the file anew with anndata.',
  });
}
