import type { MatrixSource } from './h5ad-matrix.ts';
import type { CsrMatrix } from './h5ad-write.ts';
import { checkColumn, columnPicker } from './matrix-rows.ts';

/**
 * Some columns of a matrix, read when asked for.
 * @param columns of the result: which of the source's columns each is; none twice, in any order
 * @returns the source itself if these are all of its columns in their order; else `nStored` counts all of the source's entries
 */
export function selectColumns(source: MatrixSource, columns: Int32Array): MatrixSource {
  const [nObs, nVars] = source.shape;
  if (columns.length === nVars && columns.every((column, j) => column === j)) return source;
  const places = new Int32Array(nVars).fill(-1);
  columns.forEach((column, j) => {
    places[column] = j;
  });
  const ascending = columns.every((column, j) => j === 0 || column > columns[j - 1]!);
  const pick = columnPicker(places);
  const selected = (matrix: CsrMatrix) => {
    const kept = pick(matrix);
    return ascending ? kept : orderColumns(kept, columns.length);
  };
  return {
    ...source,
    shape: [nObs, columns.length],
    readRows: (start, stop) => selected(source.readRows(start, stop)),
    readRowList: (rows) => selected(source.readRowList(rows)),
    readColumn(column, hooks) {
      checkColumn(column, columns.length);
      return source.readColumn(columns[column]!, hooks);
    },
  };
}

/** Columns ascending in each row: turned twice, since sorting row by row takes several times as long. */
export function orderColumns(matrix: CsrMatrix, nVars: number): CsrMatrix {
  return turn(turn(matrix, nVars), matrix.indptr.length - 1);
}

/** @param width columns of the matrix, which become the rows */
function turn({ data, indices, indptr }: CsrMatrix, width: number): CsrMatrix {
  const turned = emptyLike(data, indices.length, width + 1);
  const at = turned.indptr;
  for (let k = 0; k < indices.length; k++) at[indices[k]! + 1]!++;
  for (let j = 0; j < width; j++) at[j + 1]! += at[j]!;
  const next = at.slice();
  for (let row = 0; row + 1 < indptr.length; row++)
    for (let k = indptr[row]!; k < indptr[row + 1]!; k++) {
      const place = next[indices[k]!]!++;
      turned.indices[place] = row;
      turned.data[place] = data[k]!;
    }
  return turned;
}

function emptyLike(data: CsrMatrix['data'], entries: number, pointers: number): CsrMatrix {
  return {
    data: data instanceof Float32Array ? new Float32Array(entries) : new Float64Array(entries),
    indices: new Int32Array(entries),
    indptr: new Int32Array(pointers),
  };
}
