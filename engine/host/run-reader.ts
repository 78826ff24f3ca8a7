import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { InputError } from '../errors.ts';
import { arrowsOnView } from '../evaluate/arrows.ts';
import { followCells } from '../evaluate/follow-cells.ts';
import { followOnView } from '../evaluate/followed-view.ts';
import { reconstruct, weightedSpread } from '../evaluate/gene-along.ts';
import { exportRun } from '../export/export-run.ts';
import { exportCells } from './export-cells.ts';
import { startOf, startRows, surroundings, timesOf } from './followed-cells.ts';
import { runGene } from './gene-model.ts';
import { type ComputedCells, type OpenRun, openRun, type RunHooks } from './open-run.ts';
import type { Request, Results } from './protocol.ts';
import type { RunInfo } from './run-protocol.ts';
import { runResults } from './run-results.ts';
import type { SessionColumn } from './session-columns.ts';

/** The requests that ask something of a run that is done, or write of it. */
type RunRequest = Extract<
  Request,
  { kind: 'run' | 'follow' | 'arrows' | 'gene along' | 'export run' | 'export cells' }
>;
// over each member of a union on its own
type Resolved<R> = R extends unknown ? Omit<R, 'dataset' | 'run'> : never;

/** One of them with its handles resolved: `target` is a real path, the run is the session file of the task. */
export type RunAsk = { kind: 'run'; info: RunInfo } | Resolved<Exclude<RunRequest, { kind: 'run' }>>;
export type RunAnswer<A extends RunAsk> = Results[A['kind']];

export interface OnRunTask {
  kind: 'on run';
  /** the run's session file */
  path: string;
  /** what the user calls it */
  name: string;
  ask: RunAsk;
  /** where a view may be of them: what was computed for the open dataset and is not in its file; default: none */
  embeddings?: ComputedCells[];
  /** columns of obs that the user made, for a copy of the cells; default: none */
  labels?: readonly SessionColumn[];
}

type Ask<K extends RunAsk['kind']> = Extract<RunAsk, { kind: K }>;
interface Answered {
  result: RunAnswer<RunAsk>;
  /** what of it may be handed over */
  transfer: ArrayBuffer[];
}

/** Cells whose mean velocities are drawn: more take longer and hardly change a mean. */
const MOST_ARROW_CELLS = 4000;
/** Points of one answer: some hundred megabytes. */
const MOST_POINTS = 2 ** 24;

/**
 * Answers what is asked of a run. To be called in a worker thread of its own, which keeps the last session, its fits and how
 * its cells lie, so that the next answer is quick.
 * @throws InputError: what is asked for is not known of this run; CancelledError
 */
export async function performOnRun(task: OnRunTask, hooks: RunHooks): Promise<Answered> {
  const { path, ask, embeddings } = task;
  const run = await openRun(path);
  switch (ask.kind) {
    case 'run':
      return { result: await runResults(run.session, ask.info), transfer: [] };
    case 'follow':
      return handedOver(await follow(run, ask, embeddings, hooks));
    case 'arrows':
      return handedOver(await arrows(run, ask, embeddings, hooks));
    case 'gene along':
      return handedOver(await geneAlong(run, ask, hooks));
    case 'export run':
      return {
        result: await exportRun(path, run.session, ask.what, ask.target, task.labels ?? []),
        transfer: [],
      };
    case 'export cells':
      return { result: await exportCells(run, task.name, ask, hooks), transfer: [] };
  }
}

async function follow(
  run: OpenRun,
  { fit, cells, from, most, times, embedding, components, straight }: Ask<'follow'>,
  computed: ComputedCells[] | undefined,
  hooks: RunHooks,
): Promise<Results['follow']> {
  const rows = startRows(run, { cells, from, most });
  checkSize(rows.length, times.length + 1);
  const [own, ...others] = run.fits([fit, ...sameButForSeed(run, fit)], hooks);
  const view = await run.view(
    own!.result.heldOut,
    { embedding, components, ...(computed && { computed }) },
    hooks,
  );
  const followed = followOnView(
    own!.followed,
    { start: startOf(run, own!, rows), from, times },
    others.map((other) => ({ fit: other.followed, start: startOf(run, other, rows) })),
    straight,
    surroundings(run, own!, view, rows.length, hooks),
  );
  return { cells: rows, times: [timesOf(run)[from]!, ...times], ...followed };
}

async function arrows(
  run: OpenRun,
  { fit, embedding, components, time, grid }: Ask<'arrows'>,
  computed: ComputedCells[] | undefined,
  hooks: RunHooks,
): Promise<Results['arrows']> {
  if (components.length !== 2)
    throw new InputError('Arrows are drawn on two components.', {
      found: `${components.length}`,
      action: 'Choose two.',
    });
  const [own] = run.fits([fit], hooks);
  const { observed } = own!.followed;
  const from = observed.findLast((k) => timesOf(run)[k]! <= time) ?? observed[0]!;
  const start = startOf(run, own!, startRows(run, { cells: null, from, most: MOST_ARROW_CELLS }));
  const view = await run.view(
    own!.result.heldOut,
    { embedding, components, ...(computed && { computed }) },
    hooks,
  );
  return arrowsOnView(own!.followed, timesOf(run), { start, from, time }, view, grid, hooks.shouldStop);
}

async function geneAlong(
  run: OpenRun,
  { fit, cells, from, most, times, column }: Ask<'gene along'>,
  hooks: RunHooks,
): Promise<Results['gene along']> {
  const rows = startRows(run, { cells, from, most });
  checkSize(rows.length, times.length + 1);
  const [own] = run.fits([fit], hooks);
  const { heldOut } = own!.result;
  const { model, measured, about } = await runGene(run.session, heldOut, column, hooks);
  const way = { start: startOf(run, own!, rows), from, times };
  const { shouldStop } = hooks;
  const walk = followCells(own!.followed, timesOf(run), way, { closed: false, shouldStop });
  const values: Float32Array[] = [];
  let step = walk.next();
  for (; !step.done; step = walk.next()) {
    values.push(reconstruct(model, step.value));
    hooks.onProgress('rollout', { step: values.length, steps: times.length + 1 });
  }
  const { mass } = step.value;
  const n = rows.length;
  const spreads = values.map((moment, i) =>
    weightedSpread(moment, mass?.subarray(i * n, (i + 1) * n) ?? null),
  );
  const { cellTimepoint } = run.session.experiment.dataset.timepoints;
  const told = reconstruct(model, run.cells(heldOut));
  const meanOf = (all: Float32Array | null, k: number) =>
    all
      ? weightedSpread(
          gatherRows(
            all,
            1,
            rowsWhere(cellTimepoint, (at) => at === k),
          ),
          null,
        ).mean
      : Number.NaN;
  return {
    times: [timesOf(run)[from]!, ...times],
    mean: Float32Array.from(spreads, ({ mean }) => mean),
    low: Float32Array.from(spreads, ({ low }) => low),
    high: Float32Array.from(spreads, ({ high }) => high),
    real: own!.followed.observed.map((k) => ({
      time: timesOf(run)[k]!,
      reconstructed: meanOf(told, k),
      measured: meanOf(measured, k),
    })),
    about,
  };
}

/** Other seeds of the same fit. */
function sameButForSeed({ session: { experiment } }: OpenRun, index: number): number[] {
  const own = experiment.fits[index];
  if (!own) return [];
  return experiment.fits.flatMap(({ method, heldOut, seed }, i) =>
    method === own.method && heldOut.join() === own.heldOut.join() && seed !== own.seed ? [i] : [],
  );
}

function checkSize(cells: number, moments: number): void {
  if (cells * moments <= MOST_POINTS) return;
  throw new InputError('So many cells cannot be followed to so many times at once.', {
    expected: `at most ${MOST_POINTS} points`,
    found: `${cells} cells at ${moments} times`,
    action: 'Choose fewer cells, or fewer times.',
  });
}

/** The large arrays of an answer are handed over, not copied; none of them is kept here. */
function handedOver(result: Results['follow' | 'arrows' | 'gene along']): Answered {
  const buffers = new Set<ArrayBuffer>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      Object.values(value).forEach(collect);
  };
  collect(result);
  return { result, transfer: [...buffers] };
}
