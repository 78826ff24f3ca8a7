import type {
  FitState,
  Progress,
  RunInfo,
  TrainingEstimate,
  TrainingProgress,
} from '../../engine/host/protocol.ts';
import { experimentOf, trainingKey } from './choices.ts';
import type { SessionParts } from './parts.ts';
import type { Job } from './tasks.svelte.ts';
import { shareDone, stageWords } from './waiting.ts';

/** Validation losses of one stage of a fit, as they come. */
export interface LiveLoss {
  /** index in `TrainingProgress.fits` */
  fit: number;
  stage: NonNullable<TrainingProgress['loss']>['stage'];
  steps: number[];
  values: number[];
}

/** What a training needs of what surrounds it. */
interface Way {
  /** computes what the cells lack; done at once where they lack nothing. @returns whether they are ready */
  prepare(): Promise<boolean>;
  /** a run is done and kept; `key`: `trainingKey` of what was asked for */
  ended(run: RunInfo, key: string): void;
}

/** The choices are typed one after the other: the estimate waits for the last. */
const ESTIMATE_WAITS_MS = 300;

/** A training: what it would take, how far it is, and its end. There is one at a time. */
export class Training {
  /** null: not known (yet) */
  estimate = $state.raw<TrainingEstimate | null>(null);
  /** the fits of the training that runs, how its trajectories look now; null: none runs, or it has not begun to fit */
  progress = $state.raw<TrainingProgress | null>(null);
  /** of the last training, also when it has ended */
  losses = $state.raw<readonly LiveLoss[]>([]);
  preview = $state.raw<TrainingProgress['preview'] | null>(null);
  /** whether it waits for `goOn` */
  held = $state(false);
  /** seconds until it ends, as it was said last */
  secondsLeft = $state<number | null>(null);
  /** the run that ended last, until another one begins or another file is opened */
  ended = $state.raw<RunInfo | null>(null);
  #started = $state(false);

  readonly #parts: SessionParts;
  readonly #way: Way;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #estimated = '';
  /** what was chosen when a training failed */
  #failed = '';

  constructor(parts: SessionParts, way: Way) {
    this.#parts = parts;
    this.#way = way;
  }

  /** from the press of Run until the end, preparing included */
  readonly running = $derived.by(() => this.#started || this.#parts.tasks.running.has('train'));
  readonly job = $derived.by((): Job | null =>
    this.#started
      ? (this.#parts.tasks.running.get('train') ?? this.#parts.tasks.running.get('prepare') ?? null)
      : null,
  );
  readonly fits = $derived<readonly FitState[]>(this.progress?.fits ?? []);
  /** nothing is fitted any more, but what the fits are compared with is measured still */
  readonly #fitted = $derived(this.fits.length > 0 && this.fits.every(({ state }) => state === 'done'));
  /** of all fits, 0 to 1; null: it prepares, measures, or nothing is known yet */
  readonly share = $derived.by((): number | null => {
    const { fits } = this;
    if (this.#fitted) return null;
    if (fits.length > 0) return fits.reduce((sum, fit) => sum + fit.share, 0) / fits.length;
    return shareDone(this.job?.progress ?? null);
  });
  /** what it is at, in plain words */
  readonly stage = $derived.by((): string => {
    if (this.held) return 'held';
    const { fits, job } = this;
    if (this.#fitted) return 'all fits done, measuring what to compare them with';
    if (fits.length > 0)
      return `${fits.filter(({ state }) => state === 'done').length} of ${fits.length} fits done`;
    return job?.progress ? stageWords(job.progress.stage) : 'beginning';
  });

  /** Does nothing while one runs; what it lacks is computed first. */
  async start(): Promise<void> {
    const { tasks, dataset, decisions } = this.#parts;
    if (this.running || !dataset || decisions.choices.experiment.time === undefined) return;
    this.#begin();
    try {
      if (!(await this.#way.prepare()) || !this.#started) return;
      const experiment = experimentOf(decisions.choices.experiment);
      const request = { kind: 'train', dataset: dataset.dataset, experiment } as const;
      const outcome = await tasks.run('train', 'Training', request, (progress) => this.#take(progress));
      if (outcome.kind === 'done') {
        this.ended = outcome.result;
        this.#way.ended(outcome.result, trainingKey(experiment));
      } else if (outcome.kind === 'failed') {
        // choices may have changed meanwhile: it is forgotten with the next change
        this.#failed = trainingKey(decisions.choices.experiment);
      } else if (outcome.kind === 'cancelled') {
        this.#parts.notices.say(
          'The training was cancelled. Nothing was changed; earlier runs are as they were.',
        );
      }
    } finally {
      this.#end();
    }
  }

  async hold(): Promise<void> {
    await this.#setHeld(true);
  }

  async goOn(): Promise<void> {
    await this.#setHeld(false);
  }

  cancel(): void {
    this.job?.cancel();
  }

  /** The file is another, or its engine is. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#parts.tasks.clear('train');
    this.#parts.tasks.clear('estimate');
    this.#begin();
    this.#end();
    this.estimate = null;
    this.#estimated = '';
  }

  /** Forgets what was wrong once the choices have changed. */
  forgive(): void {
    const { decisions, tasks } = this.#parts;
    if (this.#failed !== trainingKey(decisions.choices.experiment)) tasks.problems.delete('train');
  }

  /** Asks what a training with the choices would take, once they have settled. @param key of what it follows from */
  follow(key: string): void {
    const { dataset, decisions, tasks } = this.#parts;
    if (!dataset || key === '' || key === this.#estimated) return;
    this.#estimated = key;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const experiment = experimentOf(decisions.choices.experiment);
      const request = { kind: 'estimate', dataset: dataset.dataset, experiment } as const;
      const outcome = await tasks.run('estimate', 'Estimating the training', request);
      if (outcome.kind !== 'replaced') this.estimate = outcome.kind === 'done' ? outcome.result : null;
    }, ESTIMATE_WAITS_MS);
  }

  async #setHeld(held: boolean): Promise<void> {
    const { client, dataset } = this.#parts;
    if (!dataset || !this.running || this.held === held) return;
    this.held = held;
    try {
      await client.request({ kind: 'hold', dataset: dataset.dataset, held });
    } catch {
      // it goes on as before, which is seen
      this.held = !held;
    }
  }

  #begin(): void {
    this.#started = true;
    this.held = false;
    this.progress = null;
    this.losses = [];
    this.preview = null;
    this.secondsLeft = null;
    this.ended = null;
  }

  #end(): void {
    this.#started = false;
    this.held = false;
    this.progress = null;
    this.preview = null;
    this.secondsLeft = null;
  }

  #take({ training, secondsLeft }: Progress): void {
    this.secondsLeft = secondsLeft ?? null;
    if (!training) return;
    this.progress = training;
    if (training.preview) this.preview = training.preview;
    if (training.loss) this.losses = withLoss(this.losses, training.loss);
  }
}

function withLoss(
  losses: readonly LiveLoss[],
  { fit, stage, step, value }: NonNullable<TrainingProgress['loss']>,
) {
  const known = losses.find((one) => one.fit === fit && one.stage === stage);
  // a list of a few hundred: one array more each time costs nothing
  const next = {
    fit,
    stage,
    steps: [...(known?.steps ?? []), step],
    values: [...(known?.values ?? []), value],
  };
  return [...losses.filter((one) => one !== known), next];
}
