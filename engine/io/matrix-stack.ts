import type { MatrixSource, ReadHooks } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { checkColumn, checkRows, pickRows, stackRows } from './matrix-rows.ts';

/**
 * Matrices of the same genes one below the other, read when asked for. Values are float64 if those of any part are.
 * @param parts at least one
 */
export function stackMatrices(key: string, parts: readonly MatrixSource[]): MatrixSource {
  const nVars = parts[0]!.shape[1];
  /** the first row of each part, and the end */
  const starts = [0];
  for (const { shape } of parts) starts.push(starts.at(-1)! + shape[0]);
  const nObs = starts.at(-1)!;
  const wide = parts.some((part) => part.readRows(0, 0).data instanceof Float64Array);
  const empty = wide ? new Float64Array(0) : new Float32Array(0);
  const widened = (matrix: CsrMatrix): CsrMatrix =>
    wide && matrix.data instanceof Float32Array
      ? { ...matrix, data: Float64Array.from(matrix.data) }
      : matrix;

  return {
    key,
    shape: [nObs, nVars],
    storage: storageOf(parts),
    dtype: dtypeOf(parts, wide),
    parts,
    slow: parts.some(({ slow }) => slow),
    nStored: parts.reduce((sum, part) => sum + part.nStored, 0),
    rowBlocks: (bytes) =>
      parts.flatMap((part, i) =>
        part
          .rowBlocks(bytes)
          .map(([start, stop]): [number, number] => [starts[i]! + start, starts[i]! + stop]),
      ),
    readRows(start, stop) {
      checkRows(start, stop, nObs);
      const read = parts.flatMap((part, i) => {
        const from = Math.max(start, starts[i]!);
        const to = Math.min(stop, starts[i + 1]!);
        return from < to ? [widened(part.readRows(from - starts[i]!, to - starts[i]!))] : [];
      });
      return stackRows(read, empty, key);
    },
    readRowList(rows) {
      const all = Array.from(rows);
      for (const row of all) checkRows(row, row + 1, nObs);
      /** places in `rows` of those of each part */
      const places = parts.map((_, i) =>
        all.flatMap((row, k) => (row >= starts[i]! && row < starts[i + 1]! ? [k] : [])),
      );
      const read = parts.flatMap((part, i) =>
        places[i]!.length === 0
          ? []
          : [widened(part.readRowList(places[i]!.map((k) => all[k]! - starts[i]!)))],
      );
      const stacked = stackRows(read, empty, key);
      const order = new Int32Array(all.length);
      places.flat().forEach((k, i) => {
        order[k] = i;
      });
      return order.every((i, k) => i === k) ? stacked : pickRows(stacked, order, key);
    },
    readColumn(column, hooks) {
      checkColumn(column, nVars);
      const values = new Float32Array(nObs);
      parts.forEach((part, i) => {
        values.set(part.readColumn(column, hooksOfPart(hooks, starts[i]!, nObs)), starts[i]!);
      });
      return values;
    },
  };
}

function hooksOfPart(hooks: ReadHooks | undefined, start: number, nObs: number): ReadHooks {
  return { ...hooks, onProgress: (row) => hooks?.onProgress?.(start + row, nObs) };
}

// csc is the storage whose rows are dear
function storageOf(parts: readonly MatrixSource[]): MatrixSource['storage'] {
  if (parts.some(({ storage }) => storage === 'csc')) return 'csc';
  return parts.every(({ storage }) => storage === 'dense') ? 'dense' : 'csr';
}

function dtypeOf(parts: readonly MatrixSource[], wide: boolean): string {
  const dtype = parts[0]!.dtype;
  if (parts.every((part) => part.dtype === dtype)) return dtype;
  return wide ? 'float64' : 'float32';
}
