import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import type { MatrixSource } from '../io/h5ad-matrix.ts';
import type { CsrMatrix } from '../io/h5ad-write.ts';
import type { RowBlocks } from '../preprocess/row-blocks.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { type ExpressionState, type MatrixFacts, type MatrixState, matrixFacts } from './matrix-state.ts';
import { listNames } from './names.ts';

/** A matrix of expression and what was done to it. */
export interface Expression {
  /** X, raw/X, layers/NAME */
  key: string;
  state: ExpressionState;
  matrix: MatrixSource;
  /** names of its columns */
  genes: string[];
}

export interface ExpressionOptions {
  /** which matrix; null: found by what its values are */
  expression: string | null;
  /** what was done to it; auto: told by a sample of its cells */
  expressionState: 'auto' | ExpressionState;
}

/** Cells that tell what a matrix is: runs of neighbours, which are read in one go, at random places. */
const RUNS = 25;
const RUN = 20;
/** Small blocks stay in the processor's cache: twice as fast as of 16 MB. */
const BLOCK_BYTES = 4 * 2 ** 20;
const COUNT_LAYERS = /count|raw|umi/i;

/** What a sample of cells tells of a matrix. With csc the whole matrix is read. */
export function sampleFacts(matrix: MatrixSource): MatrixFacts {
  const runs = Math.ceil(matrix.shape[0] / RUN);
  const drawn = drawWithoutReplacement(runs, RUNS, randomStream(0, 'doctor')).sort((a, b) => a - b);
  const rows = Array.from(drawn).flatMap((run) => Array.from({ length: RUN }, (_, i) => run * RUN + i));
  return matrixFacts(matrix.readRowList(rows.filter((row) => row < matrix.shape[0])));
}

/**
 * The matrix that principal components are computed from: X as the user prepared it; where X is scaled, unclear or not
 * there, counts or logarithms in a layer or in raw; scaled values at last.
 * @param wanted `counts`: only such; `any`, the default
 * @returns undefined: the file has none (only where none is named)
 * @throws InputError: no such matrix, or not clear what was done to it
 */
export function findExpression(
  file: DataFile,
  { expression, expressionState }: ExpressionOptions,
  wanted: 'any' | 'counts' = 'any',
): Expression | undefined {
  if (expression !== null) return named(file, expression, expressionState);
  const found: Expression[] = [];
  for (const key of candidates(file)) {
    const matrix = file.matrix(key);
    if (!matrix || matrix.shape[1] === 0) continue;
    const state = stateOf(file, matrix, expressionState);
    if (state === 'unknown') continue;
    const here = { key, state, matrix, genes: genesOf(file, key) };
    if (wanted === 'counts' ? state === 'counts' : state !== 'scaled') return here;
    found.push(here);
  }
  if (wanted === 'counts') return undefined;
  return found[0] ?? unclear(file);
}

/** The rows of a matrix as they are read, checked. @throws InputError: NaN, infinite, or negative where it is not scaled */
export function expressionRows(
  file: DataFile,
  { key, state, matrix, genes }: Pick<Expression, 'key' | 'state' | 'matrix' | 'genes'>,
): RowBlocks {
  const least = state === 'scaled' ? Number.NEGATIVE_INFINITY : 0;
  const check = ({ data, indices, indptr }: CsrMatrix, start: number) => {
    let bad = 0;
    while (bad < data.length && data[bad]! >= least && Math.abs(data[bad]!) < Number.POSITIVE_INFINITY) bad++;
    if (bad === data.length) return;
    const row = start + indptr.findIndex((pointer) => pointer > bad) - 1;
    throw new InputError('The expression has a value that cannot be used.', {
      file: file.file,
      key,
      expected: state === 'scaled' ? 'finite numbers' : 'finite numbers of 0 or more',
      found: `${data[bad]} in cell ${file.obsNames()[row]}, gene ${genes[indices[bad]!]}`,
      action:
        'Mend this value or take its cell or gene out of the file, or name another matrix with --expression.',
    });
  };
  // each row once, however often it is read
  let checked = 0;
  return {
    rows: matrix.shape[0],
    genes: matrix.shape[1],
    ...(state !== 'scaled' && { counts: true }),
    *blocks() {
      for (const [start, stop] of matrix.rowBlocks(BLOCK_BYTES)) {
        const block = matrix.readRows(start, stop);
        if (stop > checked) check(block, start);
        checked = Math.max(checked, stop);
        yield block;
      }
    },
  };
}

/** Keys of the matrices that may hold expression, in the order in which they are asked. */
function candidates(file: DataFile): string[] {
  const layers = file.layers().filter((name) => COUNT_LAYERS.test(name));
  return ['X', ...layers.map((name) => `layers/${name}`), ...(file.raw() ? ['raw/X'] : [])];
}

function named(
  file: DataFile,
  key: string,
  expressionState: ExpressionOptions['expressionState'],
): Expression {
  const matrix = file.matrix(key);
  const place = { file: file.file, key, option: '--expression' };
  if (!matrix) {
    const all = [...(file.matrix('X') ? ['X'] : []), ...file.layers().map((name) => `layers/${name}`)];
    throw new InputError('There is no such matrix of expression.', {
      ...place,
      expected: `one of: ${listNames([...all, ...(file.raw() ? ['raw/X'] : [])])}`,
      found: key,
      action: 'Name one of these.',
    });
  }
  const state = stateOf(file, matrix, expressionState);
  if (state === 'unknown') throw notClear(place);
  return { key, state, matrix, genes: genesOf(file, key) };
}

function stateOf(
  { file }: DataFile,
  matrix: MatrixSource,
  expressionState: ExpressionOptions['expressionState'],
): MatrixState {
  if (expressionState !== 'auto') return expressionState;
  const states = (matrix.parts ?? [matrix]).map(ownState);
  if (states.every((state) => state === states[0])) return states[0]!;
  throw new InputError('The expression of the files is not of one kind.', {
    file,
    key: matrix.key,
    option: '--expression',
    expected: 'counts in all files, or logarithms in all',
    found: states.map((state, i) => `${state} in file ${i + 1}`).join(', '),
    action: 'Prepare the files alike, or name a matrix that is alike in all of them by --expression.',
  });
}

function ownState(matrix: MatrixSource): MatrixState {
  const { state, max, notFinite } = sampleFacts(matrix);
  // zeros throughout: that there are no counts is what the user should hear
  return state === 'unknown' && max === 0 && notFinite === 0 ? 'counts' : state;
}

function unclear(file: DataFile): undefined {
  if (file.nVars === 0 || !file.matrix('X')) return undefined;
  throw notClear({ file: file.file, key: 'X' });
}

function notClear(place: { file: string; key: string }): InputError {
  return new InputError('It is not clear what was done to the expression.', {
    ...place,
    expected: 'counts (whole numbers of 0 or more), cells of one sum, their logarithms, or scaled genes',
    found: 'none of these in a sample of the cells',
    action: 'Say it with --expression-state, or name another matrix with --expression.',
  });
}

function genesOf(file: DataFile, key: string): string[] {
  return key === 'raw/X' ? (file.raw()?.varNames() ?? []) : file.varNames();
}
