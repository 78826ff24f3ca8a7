import { parentPort, workerData } from 'node:worker_threads';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type Dataset, loadDataset, readDataset } from '../dataset/load.ts';
import { mapCells, placePoints } from '../embedding/cell-map.ts';
import { CancelledError, errorToMessage, InputError } from '../errors.ts';
import { runBaselineJob } from '../evaluate/baselines.ts';
import { type FitResult, runFitJob } from '../evaluate/held-out.ts';
import type { LiveTrajectories } from '../evaluate/live-trajectories.ts';
import { embedFile } from '../export/embed.ts';
import { exportReport, exportSession } from '../export/export-session.ts';
import { readSession, writeSession } from '../export/session.ts';
import { ensureGeneIndex, geneIndexState, readGene } from '../io/gene-index.ts';
import type { ReadHooks } from '../io/h5ad-matrix.ts';
import { libraryFailed } from '../io/hdf5.ts';
import { inspectData } from '../io/inspect.ts';
import { openData } from '../io/open-data.ts';
import { writeExample } from '../simulate/write-example.ts';
import { aboutEngine } from './about.ts';
import { readGrowthScore } from './growth-score.ts';
import { prepareCells } from './prepare.ts';
import type { Progress } from './protocol.ts';
import { performRead, withSource } from './reader.ts';
import { performOnRun } from './run-reader.ts';
import { summarizeRun } from './run-summary.ts';
import { withColumns } from './session-columns.ts';
import type { Reply, Task, TaskProgress } from './tasks.ts';

/** Messages about progress at most this often. */
const PROGRESS_INTERVAL_MS = 100;

const port = parentPort!;
const stop = new Int32Array((workerData as { stop: SharedArrayBuffer }).stop);
/** Waits here while the pool is held. */
function shouldStop(): boolean {
  while (Atomics.load(stop, 0) === 2) Atomics.wait(stop, 0, 2);
  return Atomics.load(stop, 0) === 1;
}
let kernels: Kernels | null = null;

port.on('message', async (task: Task) => {
  try {
    const { result, transfer } = await perform(task);
    port.postMessage({ kind: 'result', result, spent: libraryFailed() } satisfies Reply, transfer);
  } catch (error) {
    // what the user got wrong leaves the worker, and the file that it keeps open, as they were
    // and so does who stops looking at a run, whose worker keeps it
    const orderly =
      error instanceof InputError || (error instanceof CancelledError && task.kind === 'on run');
    const spent = libraryFailed() || !orderly;
    port.postMessage({ kind: 'error', error: errorToMessage(error), spent } satisfies Reply);
  }
});

async function perform(task: Task): Promise<{ result: unknown; transfer: ArrayBuffer[] }> {
  switch (task.kind) {
    case 'about':
      return { result: await aboutEngine(), transfer: [] };
    case 'inspect':
      return { result: await inspectData(task.paths, task.time), transfer: [] };
    case 'load':
      return sent(await loadDataset(task.paths, task, { shouldStop, onProgress: progressReporter() }));
    case 'load cells': {
      const hooks = { shouldStop, onProgress: progressReporter() };
      const { source, columns, known } = task;
      return withSource(source, readHooks('reading'), (file) =>
        sent(readDataset(withColumns(file, columns), source.paths, task, hooks, known)),
      );
    }
    case 'on run':
      return performOnRun(task, { shouldStop, onProgress: progressReporter() });
    case 'open':
    case 'read timepoints':
    case 'read positions':
    case 'read obs':
    case 'read gene':
    case 'read growth':
    case 'read cell':
      return { result: await performRead(task, readHooks('reading')), transfer: [] };
    case 'prepare': {
      const hooks = { shouldStop, onProgress: progressReporter() };
      const result = await withSource(task.source, readHooks('reading'), (file) =>
        prepareCells(withColumns(file, task.columns), task.preparation, hooks),
      );
      return { result, transfer: result.computed.map(({ points }) => points.buffer as ArrayBuffer) };
    }
    case 'gene': {
      const values = await readGene(task.path, task.key, task.column, readHooks('reading'));
      return { result: values, transfer: [values.buffer as ArrayBuffer] };
    }
    case 'index genes':
      await ensureGeneIndex(task.path, task.key, readHooks('indexing'));
      return { result: await geneIndexState(task.path, task.key), transfer: [] };
    case 'index state':
      return { result: await geneIndexState(task.path, task.key), transfer: [] };
    case 'embed': {
      const hooks = { shouldStop, onProgress: progressReporter() };
      return { result: await embedFile(task.paths, task.out, task, hooks), transfer: [] };
    }
    case 'map': {
      const hooks = { shouldStop, onProgress: progressReporter() };
      const coordinates = mapCells(task.dataset, task.seed, hooks);
      return { result: coordinates, transfer: [coordinates.buffer as ArrayBuffer] };
    }
    case 'place': {
      const { points, dataset, map, seed } = task;
      return { result: placePoints(points, dataset, map, seed, { shouldStop }), transfer: [] };
    }
    case 'growth score': {
      const hooks = readHooks('reading');
      const file = await openData(task.paths, hooks);
      try {
        return { result: readGrowthScore(file, { ...task, hooks }), transfer: [] };
      } finally {
        file.close();
      }
    }
    case 'example':
      await writeExample(task.path);
      return { result: undefined, transfer: [] };
    case 'save session':
      await writeSession(task.path, task);
      return { result: summarizeRun(task), transfer: [] };
    case 'open session':
      return { result: await readSession(task.path), transfer: [] };
    case 'export':
      return { result: await exportSession(task.path, task), transfer: [] };
    case 'report':
      await exportReport(task.path, task.out);
      return { result: undefined, transfer: [] };
    case 'baselines': {
      const hooks = { shouldStop, onProgress: progressReporter() };
      return { result: runBaselineJob(task.dataset, task.job, hooks), transfer: [] };
    }
    case 'fit': {
      kernels ??= await loadKernels();
      const result = runFitJob(kernels, task.dataset, task.job, {
        shouldStop,
        onProgress: progressReporter(),
        ...(task.live && { live: { ...task.live, send: sendLive } }),
      });
      return { result, transfer: buffersOf(result) };
    }
  }
}

/** The large arrays are handed over, not copied. */
function sent(dataset: Dataset): { result: Dataset; transfer: ArrayBuffer[] } {
  const { embedding, heldOutEmbeddings, map } = dataset;
  const arrays = [embedding, ...heldOutEmbeddings].map(({ points }) => points);
  if (map) arrays.push(map.coordinates);
  return { result: dataset, transfer: arrays.map((array) => array.buffer as ArrayBuffer) };
}

function readHooks(stage: Progress['stage']): ReadHooks {
  const report = progressReporter();
  return { shouldStop, onProgress: (step, steps) => report(stage, { step, steps }) };
}

function progressReporter() {
  let last = Number.NEGATIVE_INFINITY;
  let stage = '';
  let stageStart = 0;
  let seen: number | undefined;
  let lossStep = 0;
  return (name: Progress['stage'], { step, steps, loss }: { step: number; steps: number; loss?: number }) => {
    const now = performance.now();
    const begins = name !== stage;
    if (begins) {
      stage = name;
      stageStart = now;
      seen = undefined;
    }
    if (loss !== seen) {
      seen = loss;
      // it was measured after the step before
      lossStep = step - 1;
    }
    if (!begins && now - last < PROGRESS_INTERVAL_MS) return;
    last = now;
    const secondsLeft = step > 0 ? ((now - stageStart) / 1000 / step) * (steps - step) : undefined;
    const progress: TaskProgress = {
      stage: name,
      step,
      steps,
      ...(loss !== undefined && { loss, lossStep }),
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
    port.postMessage({ kind: 'progress', progress } satisfies Reply);
  };
}

function sendLive(live: LiveTrajectories): void {
  const progress: TaskProgress = { stage: 'vector field', step: live.step, steps: live.steps, live };
  port.postMessage({ kind: 'progress', progress } satisfies Reply, [live.positions.buffer as ArrayBuffer]);
}

function buffersOf({ predictions, trajectories, velocity, networks }: FitResult): ArrayBuffer[] {
  const arrays = [
    ...predictions.map((p) => p.points),
    ...(trajectories ? [trajectories.points] : []),
    ...(velocity ? [velocity] : []),
    ...(networks.interpolant ? [networks.interpolant.parameters] : []),
    networks.vectorField.parameters,
  ];
  return arrays.map((array) => array.buffer as ArrayBuffer);
}
