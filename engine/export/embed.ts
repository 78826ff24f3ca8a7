import { existsSync } from 'node:fs';
import { chooseCells } from '../dataset/choose-cells.ts';
import { readCodes } from '../dataset/codes.ts';
import type { ComputedFrom } from '../dataset/compute-embedding.ts';
import { expressionRows, findExpression } from '../dataset/expression.ts';
import { COMPUTED, findEmbedding, isComputed } from '../dataset/find-embedding.ts';
import { genesByBatch, type LoadOptions } from '../dataset/load.ts';
import { hooksOf, type LoadHooks } from '../dataset/load-hooks.ts';
import { findMap, MAP_NAME } from '../dataset/map.ts';
import { mapCells } from '../embedding/cell-map.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import { identifyFile } from '../io/file-identity.ts';
import { ARRAY, DICT, encoding, estimatedBytes, writeH5ad } from '../io/h5ad-write.ts';
import { saveHdf5 } from '../io/hdf5-write.ts';
import { openData } from '../io/open-data.ts';
import { cellMetrics } from '../preprocess/qc.ts';
import { addColumns, layoutOf } from './h5ad-layout.ts';
import { versions } from './manifest.ts';
import { writableColumns } from './writable-columns.ts';

/** As for a fit, but for what says of time. */
export type EmbedOptions = Omit<LoadOptions, 'time' | 'timepoints' | 'label' | 'holdOut'>;

type Hooks = LoadHooks & { onProgress?(stage: string, progress: { step: number; steps: number }): void };

const RANK = 'highly_variable_rank';

/** What an h5ad gains. */
interface Additions {
  obs: Record<string, Float64Array | Int32Array>;
  var: Record<string, Float32Array>;
  obsm: Record<string, { values: Float32Array; shape: [number, number] }>;
  varm: Record<string, { values: Float64Array; shape: [number, number] }>;
  uns: Record<string, Record<string, Float64Array | string>>;
}

/**
 * Writes an h5ad with all that a file lacks on the way from counts to a map: `obsm/X_pca` with `varm/PCs` and `uns/pca`,
 * `var/highly_variable_rank`, `obsm/X_umap`, measures of quality in obs. What is there stays as it is: of an h5ad it is a
 * complete copy; other files, or several, become an h5ad. To be called in a worker thread.
 * @returns what was done, for the reader
 * @throws InputError: as loadDataset; a place that cannot be written, or where a file is; tables before anndata 0.7;
 * CancelledError
 */
export async function embedFile(
  paths: readonly string[],
  out: string,
  options: EmbedOptions,
  hooks: Hooks = {},
): Promise<string[]> {
  if (existsSync(out))
    throw new InputError('There is a file of that name already.', {
      file: out,
      option: '--out',
      action: 'Name another file, or remove this one.',
    });
  const file = await openData(paths, hooksOf(hooks, 'reading'));
  try {
    const chosen = chooseCells(file, options, hooks);
    const cells = chosen
      ? Int32Array.from(chosen.keep, (is) => (is === 0 ? -1 : 0))
      : new Int32Array(file.nObs);
    const { additions, notes } = additionsTo(file, cells, options, hooks);
    const said = [...file.notes(), ...(chosen?.notes ?? []), ...notes];
    additions.uns.meander = {
      kind: 'embedded',
      preparation: JSON.stringify({ options, versions: versions(), notes: said }),
    };
    if (file.h5ad === null) await writeNew(out, file, additions);
    else await addToCopy(out, file.h5ad, additions);
    return said;
  } finally {
    file.close();
  }
}

/** @param cells [nObs], −1 = takes no part */
function additionsTo(
  file: DataFile,
  cells: Int32Array,
  options: EmbedOptions,
  hooks: Hooks,
): { additions: Additions; notes: string[] } {
  const own = findMap(file, options.map, cells);
  const mapped = own.map === null && options.map !== 'none';
  if (mapped) refuseSecond(file, `obsm/${MAP_NAME}`, '--map', own.notes);
  if (isComputed(file, options))
    for (const key of [`obsm/${COMPUTED}`, 'varm/PCs', 'uns/pca']) refuseSecond(file, key, '--expression');
  const batch = options.batch === null ? null : readCodes(file, options.batch, '--batch');
  const { embedding, notes } = findEmbedding(
    file,
    { ...options, batch: genesByBatch(options, batch) },
    cells,
    [],
    hooks,
  );
  const { computed, dims, points, name } = embedding;
  const additions: Additions = { obs: {}, var: {}, obsm: {}, varm: {}, uns: {} };
  if (computed) {
    additions.obsm[name] = { values: points, shape: [file.nObs, dims] };
    addComponents(additions, file, computed, dims);
  }
  const counts = findExpression(file, options, 'counts');
  if (counts?.state === 'counts')
    addQuality(
      additions,
      file,
      cellMetrics(expressionRows(file, counts), counts.genes, hooksOf(hooks, 'reading')),
    );
  if (mapped) {
    const coordinates = mapCells({ points, dims, cellTimepoint: cells }, options.seed, hooks);
    additions.obsm[MAP_NAME] = { values: coordinates, shape: [file.nObs, 2] };
    notes.push(`The map is computed from ${dims} dimensions of ${name}.`);
  } else if (own.map) notes.push(`The map is the file's own: ${own.map.name}.`);
  return { additions, notes: [...notes, ...own.notes] };
}

/** What would have to be written over: HDF5 cannot remove it, and it may be of another computation. */
function refuseSecond(file: DataFile, key: string, option: string, found: string[] = []): void {
  if (file.h5ad === null || file.element(key) === undefined) return;
  throw new InputError(`The file has ${key} already.`, {
    file: file.file,
    key,
    option,
    ...(found.length > 0 && { found: found.join(' ') }),
    action:
      option === '--map'
        ? 'Use --map none, or fit from this file as it is: `meander run` draws on a map of its own.'
        : 'Leave --expression away if it was given, or fit from this file as it is, without `embed`.',
  });
}

function addComponents(additions: Additions, file: DataFile, computed: ComputedFrom, dims: number): void {
  additions.uns.pca = {
    variance: computed.explainedVariance,
    variance_ratio: computed.explainedVarianceRatio,
  };
  // the genes of raw are others than those of var
  if (computed.expression === 'raw/X') return;
  const loadings = new Float64Array(file.nVars * dims);
  const ranks = new Float32Array(file.nVars).fill(Number.NaN);
  computed.columns.forEach((gene, j) => {
    loadings.set(computed.loadings.subarray(j * dims, (j + 1) * dims), gene * dims);
    if (computed.ranks) ranks[gene] = computed.ranks[j]!;
  });
  additions.varm.PCs = { values: loadings, shape: [file.nVars, dims] };
  const has = file.varColumns().some((column) => column.name === RANK);
  if (computed.ranks && !has) additions.var[RANK] = ranks;
}

/** By the names that scanpy gives them; what the file has stays. */
function addQuality(
  additions: Additions,
  file: DataFile,
  { totals, genes, mitochondrialShare, mitochondrialGenes }: ReturnType<typeof cellMetrics>,
): void {
  const there = new Set(file.obsColumns().map(({ name }) => name));
  const all = {
    total_counts: totals,
    n_genes_by_counts: genes,
    ...(mitochondrialGenes > 0 && { pct_counts_mt: mitochondrialShare.map((share) => 100 * share) }),
  };
  for (const [name, values] of Object.entries(all)) if (!there.has(name)) additions.obs[name] = values;
}

async function addToCopy(out: string, source: string, { obs, var: genes, obsm, varm, uns }: Additions) {
  const layout = await layoutOf(source);
  if (layout.obs === 'old' || layout.var === 'old' || layout.oldObsm)
    throw new InputError('The tables of this file cannot gain columns.', {
      file: source,
      expected: 'a file of anndata 0.7 or later',
      found: 'tables of an earlier version',
      action: 'Save the file anew with anndata.',
    });
  const { obs: obsColumns, var: varColumns } = layout;
  await saveHdf5(
    out,
    (writer) => {
      addColumns(writer, 'obs', obsColumns, obs);
      addColumns(writer, 'var', varColumns, genes);
      for (const [key, matrices] of Object.entries({ obsm, varm })) {
        writer.group(key, DICT);
        for (const [name, { values, shape }] of Object.entries(matrices))
          writer.replaceable(`${key}/${name}`, values, ARRAY, shape);
      }
      writer.group('uns', DICT);
      for (const [name, values] of Object.entries(uns)) {
        writer.group(`uns/${name}`, DICT);
        for (const [key, value] of Object.entries(values))
          writer.replaceable(
            `uns/${name}/${key}`,
            value,
            typeof value === 'string' ? encoding('string', '0.2.0') : ARRAY,
          );
      }
    },
    {
      bytes: 2 * estimatedBytes({ obs, genes, obsm, varm, uns }),
      copyOf: { path: source, bytes: identifyFile(source).bytes },
    },
  );
}

async function writeNew(out: string, file: DataFile, { obs, var: genes, obsm, varm, uns }: Additions) {
  const X = file.matrix('X');
  await writeH5ad(out, {
    nObs: file.nObs,
    nVars: file.nVars,
    obsNames: file.obsNames(),
    varNames: file.varNames(),
    obs: { ...writableColumns(file.obsColumns(), file.readObs), ...obs },
    var: { ...writableColumns(file.varColumns(), file.readVar), ...genes },
    obsm,
    varm,
    uns,
    ...(X && { X: X.readRows(0, file.nObs) }),
  });
}
