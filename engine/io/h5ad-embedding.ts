import { InputError } from '../errors.ts';
import { groupFrame, type H5adFrame } from './h5ad-frame.ts';
import { groupEncoding } from './h5ad-series.ts';
import { readSparse, sparseFormat } from './h5ad-sparse.ts';
import type { CompoundField, Hdf5Dataset, Hdf5File, Hdf5Group, Hdf5Node } from './hdf5.ts';

/** An element of `obsm` in whichever storage. */
export interface StoredEmbedding {
  /** `[rows, columns]` as stored; `[]` if unknown */
  shape: number[];
  /** why it is no matrix of numbers; null: it is one */
  problem: string | null;
  /** @throws InputError: compressed in a way that cannot be read */
  checkStorage(): void;
  /** `[rows, columns]`, the first columns; only if there is no problem */
  read(columns: number): Float32Array | Float64Array;
}

/** A sparse matrix is made dense up to this size; real ones are far below. */
const MOST_DENSE_BYTES = 2 ** 31;

/** @param key `obsm`, `varm`, `raw/varm`; @returns undefined: not there */
export function openEmbedding(root: Hdf5File, key: string, name: string): StoredEmbedding | undefined {
  const parent = root.get(key) ?? root.get(key.replace('/', '.'));
  if (parent?.kind === 'dataset') {
    const field = parent.type === 'compound' ? parent.fields().find((f) => f.name === name) : undefined;
    return field && ofField(field, parent.shape?.[0] ?? 0);
  }
  const node = parent?.get(name);
  if (!node) return undefined;
  if (node.kind === 'dataset') return ofArray(node);
  if (sparseFormat(node)) return ofSparse(root.file, node);
  if (node.attribute('encoding-type') === 'dataframe') return ofFrame(groupFrame(root.file, node));
  return unusable([], groupEncoding(node));
}

/** Rows and columns of a matrix in whichever encoding; `[]` if unknown. */
export function shapeOf(node: Hdf5Node): number[] {
  if (node.kind === 'dataset') return node.shape ?? [];
  const shape = node.attribute('shape') ?? node.attribute('h5sparse_shape');
  return Array.isArray(shape) ? shape.map(Number) : [];
}

const nothing = () => {};

function unusable(shape: number[], problem: string): StoredEmbedding {
  return {
    shape,
    problem,
    checkStorage: nothing,
    read() {
      throw new Error(problem);
    },
  };
}

function ofArray(dataset: Hdf5Dataset): StoredEmbedding {
  const { shape = [], type } = dataset;
  if (type !== 'float' && type !== 'integer') return unusable(shape, `an array of type ${dataset.dtype}`);
  if (shape.length !== 2) return unusable(shape, `the shape [${shape.join(', ')}]`);
  return {
    shape,
    problem: null,
    checkStorage: () => dataset.checkStorage(),
    read: (columns) =>
      asFloats(
        dataset.numbers([
          [0, shape[0]!],
          [0, columns],
        ]),
      ),
  };
}

/** One matrix of the table that `obsm` was before anndata 0.7. */
function ofField({ type, dtype, shape: own, values }: CompoundField, rows: number): StoredEmbedding {
  const shape = [rows, ...own];
  if ((type !== 'float' && type !== 'integer') || Array.isArray(values))
    return unusable(shape, `an array of type ${dtype}`);
  if (shape.length !== 2) return unusable(shape, `the shape [${shape.join(', ')}]`);
  const width = own[0]!;
  return {
    shape,
    problem: null,
    checkStorage: nothing,
    read(columns) {
      const all = asFloats(values);
      return columns === width ? all : all.filter((_, i) => i % width < columns);
    },
  };
}

function ofSparse(file: string, group: Hdf5Group): StoredEmbedding {
  const shape = shapeOf(group);
  return {
    shape,
    problem: null,
    checkStorage() {
      const data = group.get('data');
      if (data?.kind === 'dataset') data.checkStorage();
    },
    read: (columns) => densify(file, group, columns),
  };
}

function densify(file: string, group: Hdf5Group, columns: number): Float32Array | Float64Array {
  const { format, shape, data, indices, indptr } = readSparse(file, group);
  checkSize(file, group.key, shape[0], columns);
  const dense = new (data instanceof Float32Array ? Float32Array : Float64Array)(shape[0] * columns);
  for (let major = 0; major + 1 < indptr.length; major++)
    for (let i = indptr[major]!; i < indptr[major + 1]!; i++) {
      const [row, column] = format === 'csr' ? [major, indices[i]!] : [indices[i]!, major];
      // a position that is stored twice has the sum of its values, as for scipy
      if (column < columns) dense[row * columns + column] = dense[row * columns + column]! + data[i]!;
    }
  return dense;
}

function checkSize(file: string, key: string, rows: number, columns: number): void {
  const bytes = rows * columns * 8;
  if (bytes <= MOST_DENSE_BYTES) return;
  throw new InputError('This sparse matrix is too large to serve as an embedding.', {
    file,
    key,
    expected: `at most ${MOST_DENSE_BYTES / 2 ** 30} GB when dense`,
    found: `${(bytes / 2 ** 30).toFixed(1)} GB`,
    action: 'Ask for fewer of its columns, or reduce it to principal components first.',
  });
}

function ofFrame(frame: H5adFrame): StoredEmbedding {
  const shape = [frame.length, frame.columns.length];
  const other = frame.columns.find((name) => frame.kind(name) !== 'number');
  if (other !== undefined)
    return unusable(shape, `a data frame with a column that holds no numbers: ${other}`);
  return { shape, problem: null, checkStorage: nothing, read: (columns) => frameValues(frame, columns) };
}

function frameValues(frame: H5adFrame, width: number): Float64Array {
  const values = new Float64Array(frame.length * width);
  frame.columns.slice(0, width).forEach((name, c) => {
    const column = frame.read(name);
    if (column.kind !== 'number') return;
    for (let row = 0; row < frame.length; row++) values[row * width + c] = column.values[row]!;
  });
  return values;
}

function asFloats(values: ArrayLike<number>): Float32Array | Float64Array {
  return values instanceof Float32Array || values instanceof Float64Array
    ? values
    : Float64Array.from(values);
}
