import { estimateOf } from '../estimate.ts';
import type { FitJob } from '../evaluate/held-out.ts';
import type { ExperimentEvent } from '../pipeline.ts';
import type { LossHistory } from '../train/clouds.ts';
import type { Progress } from './protocol.ts';
import type { FitState, TrainingProgress } from './run-protocol.ts';
import type { TaskProgress } from './tasks.ts';

/** Messages at most this often, and whenever a fit ends. */
const INTERVAL_MS = 150;

type FitStage = Extract<
  Progress['stage'],
  'choosing' | 'coupling' | 'interpolant' | 'vector field' | 'rollout' | 'evaluation'
>;

/** What a fit is at, and about which part of its time begins and ends there: what `auto` tries takes most of its own. */
const STAGES: Record<FitStage, { words: string; usual: [number, number]; auto: [number, number] }> = {
  choosing: { words: 'trying settings', usual: [0, 0], auto: [0, 0.6] },
  coupling: { words: 'pairing cells', usual: [0, 0.03], auto: [0.6, 0.65] },
  interpolant: { words: 'bending paths', usual: [0.03, 0.6], auto: [0.65, 0.82] },
  'vector field': { words: 'learning velocities', usual: [0.03, 0.9], auto: [0.82, 0.95] },
  rollout: { words: 'following cells', usual: [0.9, 0.95], auto: [0.95, 0.97] },
  evaluation: { words: 'measuring', usual: [0.95, 1], auto: [0.97, 1] },
};
/** Training mostly stops before the most steps that it may take. */
const USUALLY_TAKEN = 0.4;

const isFitStage = (stage: Progress['stage']): stage is FitStage => stage in STAGES;

export interface TrainingWatch {
  onEvent(event: ExperimentEvent): void;
  /** time that passes while it is held does not count */
  hold(held: boolean): void;
}

/**
 * Tells an interface how the fits of a training are getting on.
 * @param jobs in the order of the plan
 * @param view the name of what live trajectories are drawn on
 */
export function watchTraining(
  jobs: readonly FitJob[],
  facts: { labels: readonly string[]; counts: readonly number[]; dims: number; view: string },
  tell: (progress: Progress) => void,
): TrainingWatch {
  const { labels, counts, dims, view } = facts;
  const states = jobs.map(
    ({ method, heldOut, seed }): FitState => ({
      method,
      heldOut: heldOut.map((k) => labels[k]!),
      seed,
      state: 'waiting',
      share: 0,
      stage: 'waiting',
    }),
  );
  const costs = jobs.map((job) => estimateOf(job, dims, counts).seconds);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const told = new Map<number, string>();
  // jobs are made anew by whoever runs them
  const places = new Map(jobs.map((job, i) => [keyOf(job), i]));
  const clock = createClock();
  const shown = jobs.findIndex(({ trajectories }) => trajectories !== null);
  /** of which trajectories are told */
  let watched = -1;
  let last = Number.NEGATIVE_INFINITY;
  let left = Number.POSITIVE_INFINITY;

  function secondsLeft(): number | undefined {
    // what is measured beside the fits goes on, for as long as it takes
    if (states.every(({ state }) => state === 'done')) return undefined;
    const done = states.reduce((sum, { share }, i) => sum + share * costs[i]!, 0);
    const seconds = clock.seconds();
    if (seconds < 2 || done < 0.02 * total) return undefined;
    const now = (seconds / done) * (total - done);
    // it is guessed anew each time: what jumps is of no use
    left = Number.isFinite(left) ? 0.8 * left + 0.2 * now : now;
    return left;
  }

  function say(
    progress: Omit<Progress, 'training' | 'secondsLeft'>,
    more: Omit<TrainingProgress, 'fits'>,
  ): void {
    last = performance.now();
    const seconds = secondsLeft();
    const { stage, step, steps, loss } = progress;
    tell({
      stage,
      step,
      steps,
      ...(loss !== undefined && { loss }),
      ...(seconds !== undefined && { secondsLeft: seconds }),
      training: { fits: states.map((state) => ({ ...state })), ...more },
    });
  }

  function onProgress(fit: number, progress: TaskProgress): void {
    const { stage, live } = progress;
    if (!isFitStage(stage)) return;
    const state = states[fit]!;
    if (state.state === 'done') return;
    state.state = 'running';
    state.stage = STAGES[stage].words;
    state.share = Math.max(state.share, shareOf(jobs[fit]!, stage, progress));
    const loss = lossOf(fit, stage, progress, told);
    if (live && (fit === shown || watched < 0 || (watched !== shown && states[watched]!.state === 'done')))
      watched = fit;
    const { times, positions } = live ?? {};
    const preview = times && positions && watched === fit && { fit, embedding: view, times, positions };
    if (!loss && !preview && performance.now() - last < INTERVAL_MS) return;
    say(progress, { ...(loss && { loss }), ...(preview && { preview }) });
  }

  return {
    hold: clock.hold,
    onEvent(event) {
      if (event.kind === 'progress') return onProgress(places.get(keyOf(event.job))!, event.progress);
      if (event.kind === 'mapping') {
        if (performance.now() - last >= INTERVAL_MS) say(event.progress, {});
        return;
      }
      if (event.kind === 'fitted')
        Object.assign(states[places.get(keyOf(event.job))!]!, { state: 'done', share: 1, stage: 'done' });
      const done = states.filter(({ state }) => state === 'done').length;
      say({ stage: 'evaluation', step: done, steps: states.length }, {});
    },
  };
}

const keyOf = ({ method, heldOut, seed }: FitJob) => JSON.stringify([method, heldOut, seed]);

function shareOf({ method }: FitJob, stage: FitStage, { step, steps, live }: TaskProgress): number {
  if (live || steps <= 0) return 0;
  const [from, to] = STAGES[stage][method === 'auto' ? 'auto' : 'usual'];
  const mayStop = method !== 'auto' && (stage === 'interpolant' || stage === 'vector field');
  const done = Math.min(1, step / steps / (mayStop ? USUALLY_TAKEN : 1));
  return from + (to - from) * (mayStop ? Math.min(0.98, done) : done);
}

const LOSS_STAGES: Partial<Record<FitStage, LossHistory['stage']>> = {
  interpolant: 'interpolant',
  'vector field': 'vectorField',
};

/** A validation loss that was not told yet. */
function lossOf(
  fit: number,
  at: FitStage,
  { loss, lossStep }: TaskProgress,
  told: Map<number, string>,
): TrainingProgress['loss'] {
  const stage = LOSS_STAGES[at];
  if (stage === undefined || loss === undefined || lossStep === undefined) return undefined;
  const key = `${stage} ${lossStep}`;
  if (told.get(fit) === key) return undefined;
  told.set(fit, key);
  return { fit, stage, step: lossStep, value: loss };
}

/** Seconds that were worked. */
export function createClock() {
  let since: number | null = performance.now();
  let before = 0;
  const seconds = () => before + (since === null ? 0 : (performance.now() - since) / 1000);
  return {
    seconds,
    hold(held: boolean): void {
      if (held === (since === null)) return;
      before = seconds();
      since = held ? null : performance.now();
    },
  };
}
