import type { EmbeddingInfo } from '../../engine/host/protocol.ts';
import { type Choices, preparationKey, timepointsKey } from './choices.ts';
import { canShow, isMap } from './map-view.ts';
import { duration } from './waiting.ts';

export const STEPS = [
  'data',
  'timepoints',
  'prepare',
  'embed',
  'train',
  'explore',
  'evaluate',
  'export',
] as const;
export type StepId = (typeof STEPS)[number];
/** Steps that look at a run: its trajectories are on the map. */
export const SHOWS_JOURNEY: ReadonlySet<StepId> = new Set(['explore', 'evaluate', 'export']);
export type StepState = 'done' | 'running' | 'to do' | 'stale' | 'problem';

export interface Step {
  id: StepId;
  number: number;
  title: string;
  state: StepState;
  /** why it is so, in a few words */
  note: string;
  /** what makes it current, where it is not */
  action: string | null;
}

/** What the state of the steps follows from. */
export interface StepFacts {
  open: boolean;
  choices: Choices;
  embeddings: readonly EmbeddingInfo[];
  timepointLabels: readonly string[] | null;
  /** `preparationKey` of what was computed last; null: nothing was */
  preparedKey: string | null;
  placed: boolean;
  /** null: none runs */
  training: { share: number | null; secondsLeft: number | null; held: boolean } | null;
  /** how many are done */
  runs: number;
  /** the one that is looked at; `stale`: of other choices than there are now */
  run: { name: string; stale: boolean } | null;
  /** a field shows what cannot be taken */
  refused: boolean;
  running: ReadonlySet<StepId>;
  problems: ReadonlySet<StepId>;
}

const TITLES: Record<StepId, string> = {
  data: 'Data',
  timepoints: 'Timepoints',
  prepare: 'Prepare',
  embed: 'Embed',
  train: 'Train',
  explore: 'Explore',
  evaluate: 'Evaluate',
  export: 'Export',
};

export function stepsOf(facts: StepFacts): Step[] {
  return STEPS.map((id, i) => {
    const about =
      id === 'train' && facts.training
        ? trainingNow(facts.training)
        : facts.running.has(id) && !SHOWS_JOURNEY.has(id)
          ? ({ state: 'running', note: 'at work', action: null } as const)
          : facts.problems.has(id)
            ? ({ state: 'problem', note: 'needs your decision', action: null } as const)
            : ABOUT[id](facts);
    return { id, number: i + 1, title: TITLES[id], ...about };
  });
}

type About = Pick<Step, 'state' | 'note' | 'action'>;
const toDo = (note: string, action: string | null = null): About => ({ state: 'to do', note, action });
const done = (note: string): About => ({ state: 'done', note, action: null });
const stale = (action: string): About => ({ state: 'stale', note: 'changed', action });

const ABOUT: Record<StepId, (facts: StepFacts) => About> = {
  data: ({ open, choices }) => {
    const limits = choices.experiment.where?.length ?? 0;
    if (!open) return toDo('choose a file');
    return done(limits === 0 ? 'all cells' : `${limits} ${limits === 1 ? 'condition' : 'conditions'}`);
  },
  timepoints: ({ open, choices, timepointLabels }) => {
    if (!open || timepointLabels === null) return toDo(open ? 'choose a column' : 'after Data');
    const note = `${timepointLabels.length} timepoints`;
    if (choices.agreed === timepointsKey(choices.experiment)) return done(note);
    return choices.agreed === null ? toDo(`${note} found`) : stale('Agree again');
  },
  prepare: ({ open, choices, embeddings, preparedKey }) => {
    if (!open) return toDo('after Data');
    if (preparedKey !== null)
      return preparedKey === preparationKey(choices.experiment) ? done('computed') : stale('Run again');
    return needsPreparation(choices, embeddings) ? toDo('not yet run', 'Run') : done('the file has it all');
  },
  embed: ({ open, choices, placed }) => {
    if (!open) return toDo('after Data');
    return placed && choices.view ? done(choices.view.embedding) : toDo('nothing to show yet');
  },
  train: ({ open, choices, runs, run, refused }) => {
    if (!open) return toDo('after Data');
    if (choices.experiment.time === undefined) return toDo('after Timepoints');
    if (runs === 0 || run === null) return toDo('not yet run', refused ? null : 'Run');
    return run.stale
      ? { state: 'stale', note: 'changed since the last run', action: refused ? null : 'Run again' }
      : done(runs === 1 ? '1 run' : `${runs} runs`);
  },
  explore: (facts) => ofRun(facts),
  evaluate: (facts) => ofRun(facts),
  export: (facts) => ofRun(facts),
};

/** What looks at a run is of that run, whatever was changed since. */
function ofRun({ open, run }: StepFacts): About {
  if (!open || run === null) return toDo('after Train');
  return done(run.stale ? 'of the last run' : run.name);
}

function trainingNow({ share, secondsLeft, held }: NonNullable<StepFacts['training']>): About {
  const part = share === null ? 'at work' : `${Math.round(100 * share)} %`;
  const left = held ? 'paused' : secondsLeft === null ? '' : duration(secondsLeft);
  return { state: 'running', note: [part, left].filter(Boolean).join(' · '), action: null };
}

/** Whether anything is left to compute: the file has no space or no map, or the user asks for other than what it has. */
export function needsPreparation({ experiment }: Choices, embeddings: readonly EmbeddingInfo[]): boolean {
  const wanted = experiment.embedding ?? 'X_pca';
  const hasSpace = embeddings.some(({ name, problem }) => name === wanted && problem === null);
  const hasMap =
    experiment.map === 'none' || embeddings.some((one) => isMap(one.name) && canShow(one) && !one.computed);
  return !hasSpace || !hasMap || preparationKey(experiment) !== preparationKey(untouched(experiment));
}

/** The same with the defaults wherever something would have to be computed. */
function untouched({ where, embedding, dims }: Choices['experiment']): Choices['experiment'] {
  return {
    ...(where !== undefined && { where }),
    ...(embedding !== undefined && { embedding }),
    ...(dims !== undefined && { dims }),
  };
}
