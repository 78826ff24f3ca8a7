import { createLogUpdate } from 'log-update';
import type { FitJob } from '../../engine/evaluate/held-out.ts';
import type { Progress } from '../../engine/host/protocol.ts';
import type { ExperimentEvent } from '../../engine/pipeline.ts';

const BAR_WIDTH = 24;

/** Shows an experiment on standard error: a live bar on a terminal, a line for each fit elsewhere. */
export interface ProgressDisplay {
  onEvent(event: ExperimentEvent): void;
  end(): void;
}

export function createProgressDisplay(
  labels: readonly string[],
  stream: NodeJS.WriteStream,
): ProgressDisplay {
  return stream.isTTY ? liveDisplay(labels, stream) : plainDisplay(labels, stream);
}

/** Shows a single task on a terminal: its stage and how far it is. */
export function createStageDisplay(stream: NodeJS.WriteStream): {
  onProgress(progress: Progress): void;
  end(): void;
} {
  if (!stream.isTTY) return { onProgress() {}, end() {} };
  const live = createLogUpdate(stream);
  return {
    onProgress: (progress) => live(stageLine(progress)),
    end() {
      live.clear();
      live.done();
    },
  };
}

function stageLine({ stage, step, steps, loss, secondsLeft }: Progress): string {
  const share = steps > 0 ? Math.min(1, step / steps) : 0;
  const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
  const shownLoss = loss === undefined ? '' : `  loss ${loss.toPrecision(3)}`;
  const left = secondsLeft === undefined ? '' : `  at most ${seconds(secondsLeft)} left`;
  return `${bar} ${stage}${shownLoss}${left}`;
}

function plainDisplay(labels: readonly string[], stream: NodeJS.WriteStream): ProgressDisplay {
  return {
    onEvent(event) {
      if (event.kind === 'fitted') stream.write(`${fittedLine(event, labels)}\n`);
    },
    end() {},
  };
}

function liveDisplay(labels: readonly string[], stream: NodeJS.WriteStream): ProgressDisplay {
  const live = createLogUpdate(stream);
  const running = new Map<FitJob, Progress>();
  let mapping: Progress | null = null;
  const started = performance.now();
  let done = 0;
  let total = 0;
  const render = () => {
    const bars = [...running].map(([job, progress]) => `${jobName(job, labels)}  ${stageLine(progress)}`);
    if (mapping && mapping.step < mapping.steps) bars.unshift(`map  ${stageLine(mapping)}`);
    const elapsed = (performance.now() - started) / 1000;
    const rest = done > 0 ? `, about ${seconds((elapsed / done) * (total - done))} left` : '';
    live(
      [...bars, ...(total > 0 ? [`${done} of ${total} fits done, ${seconds(elapsed)}${rest}`] : [])].join(
        '\n',
      ),
    );
  };
  return {
    onEvent(event) {
      if (event.kind === 'compared') return;
      if (event.kind === 'mapping') mapping = event.progress;
      else if (event.kind === 'progress') running.set(event.job, event.progress);
      else {
        running.delete(event.job);
        ({ done, total } = event);
        live.clear();
        stream.write(`${fittedLine(event, labels)}\n`);
      }
      render();
    },
    end() {
      live.clear();
      live.done();
    },
  };
}

function fittedLine(
  { job, result, done, total }: Extract<ExperimentEvent, { kind: 'fitted' }>,
  labels: readonly string[],
): string {
  const figures = result.predictions.map(
    ({ timepoint, distances }) =>
      `  W1 at ${labels[timepoint]}: ${distances === null ? 'diverged' : distances.w1.toFixed(4)}`,
  );
  return `[${done}/${total}] ${jobName(job, labels)}${figures.join('')}  (${seconds(result.seconds)})`;
}

function jobName({ method, heldOut, seed }: FitJob, labels: readonly string[]): string {
  const what = heldOut.length > 0 ? `held out ${heldOut.map((k) => labels[k]).join('+')}` : 'all timepoints';
  return `${method}, ${what}, seed ${seed}`;
}

function seconds(value: number): string {
  return value < 90 ? `${Math.ceil(value)} s` : `${Math.floor(value / 60)} min ${Math.ceil(value % 60)} s`;
}
