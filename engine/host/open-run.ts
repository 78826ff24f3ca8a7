import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { kernelsForWidth, loadOnnxGemm } from '../compute/gemm.ts';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { pointsWithout } from '../dataset/load.ts';
import { InputError } from '../errors.ts';
import { type CellDistances, cellDistances } from '../evaluate/far-from-cells.ts';
import type { FollowedFit } from '../evaluate/follow-cells.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { rebuildFit } from '../evaluate/rebuild.ts';
import type { SharedDataset } from '../evaluate/space.ts';
import { componentsView, mapView, type View } from '../evaluate/view.ts';
import { readSession, type Session } from '../export/session.ts';
import { openData } from '../io/open-data.ts';
import type { Progress } from './protocol.ts';
import { chooseComponents } from './reader.ts';

export interface RunHooks {
  shouldStop(): boolean;
  onProgress(stage: Progress['stage'], progress: { step: number; steps: number }): void;
}

/** Places of cells that are not in the file, as they were computed for the open dataset. */
export interface ComputedCells {
  name: string;
  dims: number;
  /** [nObs, dims] */
  points: Float32Array;
}

/** A fit of a run, ready to be followed. */
export interface OpenFit {
  result: FitResult;
  followed: FollowedFit;
  /** all cells in the training space [nObs, dims] */
  trainingPoints: Float32Array;
  distances: CellDistances;
}

/** A run whose session, fits and views are kept between questions. */
export interface OpenRun {
  session: Session;
  /** all cells in the space of a fit that held these out, in the units of the embedding [nObs, dims] */
  cells(heldOut: readonly number[]): Float32Array;
  /**
   * Fits, the first with its masses; the others are asked for their paths alone. They serve until the next are asked for.
   * @throws InputError: there is no such fit; CancelledError
   */
  fits(indices: readonly number[], hooks: RunHooks): OpenFit[];
  /**
   * @param heldOut of the fit whose points are to be placed
   * @param computed takes the place of what the session or its file calls so
   * @throws InputError: there is no such view
   */
  view(heldOut: readonly number[], wanted: WantedView, hooks: RunHooks): Promise<View>;
}

export interface WantedView {
  embedding: string;
  components: readonly number[];
  computed?: readonly ComputedCells[];
}

/** Kept at most; what is beyond begins anew. A fit and a view hold a copy of the cells each. */
const MOST_FITS = 8;
const MOST_VIEWS = 4;
/** Points that a view or the distances are arranged for: trajectories of hundreds of cells. */
const USUALLY_ASKED = 50_000;

let kept: { path: string; state: string; run: OpenRun; forget(): void } | undefined;
let simd: Kernels | undefined;

/**
 * The run of a session file. The last one is kept in this worker.
 * @throws InputError as readSession
 */
export async function openRun(path: string): Promise<OpenRun> {
  const state = stateOf(path);
  if (kept?.path === path && kept.state === state && state !== '') return kept.run;
  kept?.forget();
  kept = undefined;
  simd ??= await loadKernels();
  const session = await readSession(path);
  const { fits, forget } = keepFits(session, simd);
  kept = {
    path,
    state,
    run: {
      session,
      cells: (heldOut) => pointsWithout(session.experiment.dataset, heldOut),
      fits,
      view: keepViews(session),
    },
    forget,
  };
  return kept.run;
}

const stateOf = (path: string) => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '';
};

function keepFits({ experiment }: Session, kernels: Kernels): Pick<OpenRun, 'fits'> & { forget(): void } {
  const known = new Map<string, OpenFit>();
  const mark = kernels.mark();
  // what a fit keeps asks whoever asks now, not who asked when it was made
  let asking: RunHooks;
  const current: RunHooks = {
    shouldStop: () => asking.shouldStop(),
    onProgress: (stage, progress) => asking.onProgress(stage, progress),
  };
  const forget = () => {
    known.clear();
    kernels.release(mark);
  };
  // one with masses serves where none are asked for
  const keyOf = (index: number, growth: boolean) =>
    growth || known.has(`${index} with masses`) ? `${index} with masses` : `${index}`;
  const opened = (index: number, growth: boolean) => {
    const result = experiment.fits[index];
    if (!result) throw noFit(index, experiment.fits.length);
    const key = keyOf(index, growth);
    const fit = known.get(key) ?? openFit(experiment.dataset, kernels, result, growth, current);
    known.set(key, fit);
    return fit;
  };
  return {
    forget,
    fits(indices, hooks) {
      asking = hooks;
      const more = indices.filter((index, i) => !known.has(keyOf(index, i === 0)));
      if (known.size + more.length > MOST_FITS) forget();
      try {
        return indices.map((index, i) => opened(index, i === 0));
      } catch (error) {
        // what a fit had taken of the memory before it was stopped is given back with all
        forget();
        throw error;
      }
    },
  };
}

function openFit(
  dataset: Session['experiment']['dataset'],
  simd: Kernels,
  result: FitResult,
  growth: boolean,
  hooks: RunHooks,
): OpenFit {
  const { choices: _, ...straight } = result;
  const wanted = growth ? result : { ...straight, settings: { ...result.settings, growth: 'off' as const } };
  const { field, space, clouds, trainingPoints, clock, ...rebuilt } = rebuildFit(
    kernelsOf(simd, result),
    cellsWithout(dataset, result.heldOut),
    wanted,
    hooks,
  );
  const { times } = dataset.timepoints;
  const observed = times.map((_, k) => k).filter((k) => !result.heldOut.includes(k));
  const observedTimes = observed.map((k) => times[k]!);
  const { settings } = result;
  return {
    result,
    followed: { field, space, clock, growth: rebuilt.growth, settings, observed },
    trainingPoints,
    distances: lazily((shouldStop) =>
      cellDistances(clouds, observedTimes, USUALLY_ASKED, result.seed, shouldStop),
    ),
  };
}

/** Arranged when it is first asked for; fits that only lend their spread never are. */
function lazily(make: (shouldStop: () => boolean) => CellDistances): CellDistances {
  let made: CellDistances | undefined;
  return (points, times, asked, shouldStop) => {
    made ??= make(shouldStop);
    return made(points, times, asked, shouldStop);
  };
}

// without onnxruntime the same numbers but for their last digits
function kernelsOf(simd: Kernels, { kernels, settings }: FitResult): Kernels {
  const native = kernels === 'wasm-simd+onnx' && loadOnnxGemm() !== null;
  return native ? kernelsForWidth(simd, settings.hidden, 'wasm-simd+onnx') : simd;
}

function cellsWithout(dataset: Session['experiment']['dataset'], heldOut: readonly number[]): SharedDataset {
  return {
    dims: dataset.embedding.dims,
    points: pointsWithout(dataset, heldOut),
    cellTimepoint: dataset.timepoints.cellTimepoint,
    times: dataset.timepoints.times,
    // each fit has a clock of its own
    timeScale: 'index',
    cellType: null,
    batch: null,
    manifold: null,
  };
}

function keepViews(session: Session): OpenRun['view'] {
  const views = new Map<string, View>();
  const { dataset, config } = session.experiment;
  const { dims } = dataset.embedding;
  return async (heldOut, wanted, hooks) => {
    const { embedding, components } = wanted;
    const points = pointsWithout(dataset, heldOut);
    const computed = wanted.computed?.find(({ name }) => name === embedding);
    const same = computed && isSame(computed, dataset.embedding);
    const own = embedding === dataset.embedding.name && (!computed || same);
    if (own && points === dataset.embedding.points && components.every((each) => each < dims))
      return componentsView(points, dims, components);
    const print = computed && !same ? fingerprint(computed.points) : '';
    const key = JSON.stringify([
      points === dataset.embedding.points ? [] : heldOut,
      embedding,
      components,
      print,
    ]);
    const known = views.get(key);
    if (known) return known;
    const coordinates = await coordinatesOf(session, wanted, computed);
    const width = components.length;
    const { cellTimepoint } = dataset.timepoints;
    const cells = { dims, points, cellTimepoint, coordinates, width };
    const view = mapView(cells, USUALLY_ASKED, config.seed, hooks.shouldStop);
    if (views.size >= MOST_VIEWS) views.delete(views.keys().next().value!);
    views.set(key, view);
    return view;
  };
}

const isSame = (a: { dims: number; points: Float32Array }, b: { dims: number; points: Float32Array }) =>
  a.dims === b.dims && bytesOf(a.points).equals(bytesOf(b.points));
const fingerprint = (points: Float32Array) => createHash('sha1').update(bytesOf(points)).digest('hex');
const bytesOf = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** [nObs, components] */
async function coordinatesOf(
  { experiment: { dataset, map }, source }: Session,
  { embedding, components }: WantedView,
  computed: ComputedCells | undefined,
): Promise<Float32Array> {
  const known = [
    computed,
    map && { name: map.name, dims: 2, points: map.coordinates },
    dataset.embedding,
  ].find((each) => each?.name === embedding && components.every((component) => component < each.dims));
  if (known) return chooseComponents(known.points, known.dims, components);
  if (source.state === 'missing' || source.state === 'changed') throw noView(embedding, source.state);
  const file = await openData(source.paths);
  try {
    const columns = Math.max(...components) + 1;
    const stored = file.obsm().find(({ name }) => name === embedding)?.shape[1];
    if (stored === undefined || stored < columns) throw noView(embedding, stored);
    const { values, shape } = file.readObsm(embedding, {
      columns,
      timepoint: new Int32Array(file.nObs).fill(-1),
    });
    return chooseComponents(values, shape[1], components);
  } finally {
    file.close();
  }
}

function noView(embedding: string, found: number | 'missing' | 'changed' | undefined): InputError {
  const why =
    found === undefined
      ? 'none of that name'
      : typeof found === 'number'
        ? `${found} dimensions`
        : found === 'missing'
          ? 'the file that the run was made from is not there any more'
          : 'the file that the run was made from has changed since';
  return new InputError('Trajectories cannot be placed on this view.', {
    key: `obsm/${embedding}`,
    expected: 'an embedding or a map of the cells with these components',
    found: why,
    action: 'Choose the components of the run or its map.',
  });
}

const noFit = (index: number, count: number) =>
  new InputError('The run has no such fit.', {
    expected: count === 1 ? 'the one that there is' : `one of ${count} fits`,
    found: `fit ${index + 1}`,
    action: 'Choose another.',
  });
