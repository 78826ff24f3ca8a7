import { rowsWhere } from '../dataset/clouds.ts';
import type { ComputedFrom } from '../dataset/compute-embedding.ts';
import { expressionRows, sampleFacts } from '../dataset/expression.ts';
import { InputError } from '../errors.ts';
import { type GeneModel, reconstruct } from '../evaluate/gene-along.ts';
import type { Session } from '../export/session.ts';
import type { DataFile } from '../io/data-file.ts';
import { openData } from '../io/open-data.ts';
import { normalizeTotal } from '../preprocess/normalize-total.ts';
import type { RunHooks } from './open-run.ts';
import { readExpression } from './reader.ts';

/** A gene of a run: how the components tell it, and as it was measured. */
export interface RunGene {
  model: GeneModel;
  /** in the units of the model [nObs]; null: the file is not there to read it from */
  measured: Float32Array | null;
  about: string;
}

/** Where scanpy keeps the loadings of X_pca. */
const LOADINGS = 'PCs';
const PCA = 'X_pca';
/** Of a projection on components the values rise as much as the projection does; else the loadings are of other values. */
const LEAST_SLOPE = 0.7;
const MOST_SLOPE = 1.4;

/** Whether any gene of a run can be told from its components. To be called in a worker thread. */
export async function genesKnown(session: Session): Promise<{ known: true } | { known: false; why: string }> {
  const { embedding } = session.experiment.dataset;
  if (embedding.computed) return { known: true };
  if (embedding.name !== PCA)
    return {
      known: false,
      why: `${embedding.name} is the file's own, and how genes make it up is known of principal components alone.`,
    };
  if (session.source.state === 'missing')
    return { known: false, why: 'The file that the run was made from is not there any more.' };
  if (session.source.state === 'changed')
    return { known: false, why: 'The file that the run was made from has changed since.' };
  const file = await openData(session.source.paths);
  try {
    const why = missingIn(file, embedding.dims);
    return why === null ? { known: true } : { known: false, why };
  } finally {
    file.close();
  }
}

function missingIn(file: DataFile, dims: number): string | null {
  // with loadings or without, nothing could be told of a gene
  if (!file.matrix('X')) return 'The file has no expression (X), so the mean of a gene is not known.';
  const loadings = file.varm().find(({ name }) => name === LOADINGS);
  if (!loadings || loadings.problem !== null)
    return `The file has components (${PCA}) without their loadings (varm/${LOADINGS}). Let Meander compute the components, or keep what scanpy writes.`;
  if ((loadings.shape[1] ?? 0) < dims)
    return `The file has fewer loadings (varm/${LOADINGS}) than components (${PCA}).`;
  return null;
}

/**
 * A gene by its column in X.
 * @param heldOut of the fit: where components were computed without these, they have loadings of their own
 * @throws InputError: it cannot be told, and why; CancelledError
 */
export async function runGene(
  session: Session,
  heldOut: readonly number[],
  column: number,
  hooks: RunHooks,
): Promise<RunGene> {
  const known = await genesKnown(session);
  if (!known.known) throw cannotTell(known.why);
  const { embedding, heldOutEmbeddings } = session.experiment.dataset;
  const own = heldOutEmbeddings.find((each) => each.heldOut.join() === heldOut.join());
  const computed = own?.computed ?? embedding.computed;
  const there = session.source.state === 'unchanged' || session.source.state === 'moved';
  if (!there && computed) return await ofComputed(undefined, session, computed, column, hooks);
  const file = await openData(session.source.paths);
  try {
    if (column >= file.nVars)
      throw new InputError('There is no such gene.', {
        expected: `one of ${file.nVars} genes`,
        found: `gene ${column + 1}`,
        action: 'Search for it by its name.',
      });
    return computed
      ? await ofComputed(file, session, computed, column, hooks)
      : await ofStored(file, session, column, hooks);
  } finally {
    file.close();
  }
}

async function ofComputed(
  file: DataFile | undefined,
  session: Session,
  { expression, state, genes, columns, loadings, mean, targetSum, explainedVariance }: ComputedFrom,
  column: number,
  hooks: RunHooks,
): Promise<RunGene> {
  const dims = explainedVariance.length;
  const raw = expression === 'raw/X';
  if (raw && !file) throw cannotTell('The file that the run was made from is not there any more.');
  const at = raw ? genes.indexOf(file!.varNames()[column]!) : columns.indexOf(column);
  if (at < 0)
    throw cannotTell(
      `It is not one of the ${genes.length} genes that the components are made of, since it varies less than these.`,
    );
  const logged = state === 'counts' || state === 'normalized';
  const values =
    state === 'counts'
      ? `log(1 + counts of a cell normalised to ${Number(targetSum?.toPrecision(6))})`
      : logged
        ? 'log(1 + x)'
        : `the values of ${expression}`;
  return {
    model: { mean: mean[at]!, loadings: loadings.slice(at * dims, (at + 1) * dims) },
    measured: file
      ? await measuredAs(file, session, { expression, state, targetSum }, columns[at]!, hooks)
      : null,
    about: aboutWords(dims, values),
  };
}

/** Values of one gene as the components saw them [nObs]. */
async function measuredAs(
  file: DataFile,
  session: Session,
  { expression, state, targetSum }: Pick<ComputedFrom, 'expression' | 'state' | 'targetSum'>,
  column: number,
  hooks: RunHooks,
): Promise<Float32Array | null> {
  const matrix = file.matrix(expression);
  if (!matrix) return null;
  const reading = readingOf(hooks);
  const own =
    expression === 'X' ? await readExpression(file, column, reading) : matrix.readColumn(column, reading);
  if (state === 'counts') return logsOf(own, totalsOf(file, session, expression, hooks), targetSum!);
  return state === 'normalized' ? own.map(Math.log1p) : own;
}

const readingOf = ({ shouldStop, onProgress }: RunHooks) => ({
  shouldStop,
  onProgress: (step: number, steps: number) => onProgress('reading', { step, steps }),
});

const logsOf = (counts: Float32Array, totals: Float64Array, target: number) =>
  counts.map((count, i) => (totals[i]! > 0 ? Math.log1p((count * target) / totals[i]!) : 0));

const totalsKept = new WeakMap<Session, Map<string, Float64Array>>();

/** Counts of each cell, for which all of a matrix is read: once a session. */
function totalsOf(file: DataFile, session: Session, key: string, hooks: RunHooks): Float64Array {
  const kept = totalsKept.get(session) ?? new Map<string, Float64Array>();
  totalsKept.set(session, kept);
  const matrix = file.matrix(key)!;
  const genes = key === 'raw/X' ? (file.raw()?.varNames() ?? []) : file.varNames();
  const totals =
    kept.get(key) ??
    normalizeTotal(expressionRows(file, { key, state: 'counts', matrix, genes }), {
      targetSum: 1,
      hooks: readingOf(hooks),
    }).totals;
  kept.set(key, totals);
  return totals;
}

async function ofStored(file: DataFile, session: Session, column: number, hooks: RunHooks): Promise<RunGene> {
  const { embedding, timepoints } = session.experiment.dataset;
  const { dims, points } = embedding;
  const { values } = file.readVarm(LOADINGS, { columns: dims });
  const loadings = Float64Array.from(values.subarray(column * dims, (column + 1) * dims));
  if (loadings.every((value) => value === 0))
    throw cannotTell('It is not one of the genes that the components of the file are made of.');
  const rows = rowsWhere(timepoints.cellTimepoint, (k) => k >= 0);
  const told = reconstruct({ mean: 0, loadings }, points);
  const projected = Float64Array.from(rows, (row) => told[row]!);
  const fits = (await asMeasured(file, session, column, hooks))
    .map(({ measured, words }) => ({
      ...{ measured, words },
      ...line(
        projected,
        Float64Array.from(rows, (row) => measured[row]!),
      ),
    }))
    .filter(({ slope }) => slope >= LEAST_SLOPE && slope <= MOST_SLOPE)
    .sort((a, b) => Math.abs(a.slope - 1) - Math.abs(b.slope - 1));
  const [best] = fits;
  if (!best)
    throw cannotTell(
      `The loadings of the file (varm/${LOADINGS}) do not fit its expression (X), so the components were made from other values, e.g. before genes were scaled.`,
    );
  const { intercept, measured, words } = best;
  return { model: { mean: intercept, loadings }, measured, about: aboutWords(dims, words) };
}

/** Values of X that components may have been made from: as they are and, where they are counts, normalised and logged as is usual. */
async function asMeasured(
  file: DataFile,
  session: Session,
  column: number,
  hooks: RunHooks,
): Promise<{ measured: Float32Array; words: string }[]> {
  const own = await readExpression(file, column, readingOf(hooks));
  const asStored = { measured: own, words: 'the values of X' };
  if (sampleFacts(file.matrix('X')!).state !== 'counts') return [asStored];
  const totals = totalsOf(file, session, 'X', hooks);
  const filled = totals.filter((total) => total > 0).sort();
  return [
    asStored,
    ...[1e4, filled[filled.length >> 1]!].map((target) => ({
      measured: logsOf(own, totals, target),
      words: `log(1 + counts of a cell normalised to ${Number(target.toPrecision(6))})`,
    })),
  ];
}

/** By least squares: the slope, and with a slope of 1 the intercept. */
function line(x: Float64Array, y: Float64Array): { slope: number; intercept: number } {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! - mx) ** 2;
    xy += (x[i]! - mx) * (y[i]! - my);
  }
  return { slope: xy / xx, intercept: my - mx };
}

const aboutWords = (dims: number, values: string) =>
  `Approximate: what the ${dims} components of the trajectories tell of the gene (mean + loadings · components), in ${values}; what these components do not hold of it is missing.`;

const cannotTell = (why: string) =>
  new InputError('This gene cannot be followed along trajectories.', {
    found: why,
    action: 'Choose another gene, or train a run on components that Meander computes from the counts.',
  });
