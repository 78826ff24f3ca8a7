import {
  DEFAULT_COMPARISON,
  type ExperimentConfig,
  type ExperimentInput,
  experimentSchema,
} from '../../engine/config.ts';
import type { GeneInfo, Preparation, RunInfo } from '../../engine/host/protocol.ts';
import { preparationSchema } from '../../engine/host/protocol.ts';

/** What gives the cells their colours. */
export type ColourBy =
  | { kind: 'timepoint' }
  | { kind: 'column'; column: string }
  | { kind: 'gene'; gene: GeneInfo }
  /** the score of growth by genes */
  | { kind: 'growth' };

/** What the map shows: two components (from 0) of an embedding, or three in space. */
export interface View {
  embedding: string;
  components: [number, number] | [number, number, number];
}

/** All that the user decided, as plain data: the unit of undo. */
export interface Choices {
  experiment: Partial<ExperimentInput>;
  colourBy: ColourBy | null;
  view: View | null;
  /** `timepointsKey` of the timepoints that the user agreed to */
  agreed: string | null;
  /** what of the runs is followed, and how it is drawn */
  journey: JourneyChoices;
  /** handles of runs that were deleted; they can be brought back */
  removedRuns: readonly string[];
  /** of runs that the user named */
  runNames: Readonly<Record<string, string>>;
}

/** Where the cells that are followed set out. */
export type StartCells =
  /** all of the timepoint */
  | { kind: 'all' }
  /** those that were a category or selected then; the rows are kept beside the choices */
  | { kind: 'rows'; id: number; words: string };

/** What colour says along a path: the time, the category where it set out, its mass, or how far seeds lie apart. */
export const PATH_COLOURS = ['time', 'start', 'mass', 'uncertainty'] as const;
export type PathColour = (typeof PATH_COLOURS)[number];

export interface JourneyChoices {
  /** of which run it is; of others the one that is shown first is taken */
  fit: { run: string; index: number } | null;
  /** label of the timepoint where they set out; null: the first (ancestors: the last) */
  from: string | null;
  start: StartCells;
  direction: 'descendants' | 'ancestors';
  /** how many cells are followed at most */
  most: number;
  trajectories: boolean;
  straight: boolean;
  predicted: boolean;
  arrows: boolean;
  heldOut: boolean;
  colour: PathColour;
  gene: GeneInfo | null;
}

const NO_JOURNEY: JourneyChoices = {
  fit: null,
  from: null,
  start: { kind: 'all' },
  direction: 'descendants',
  most: 1000,
  trajectories: true,
  straight: false,
  predicted: true,
  arrows: false,
  heldOut: true,
  colour: 'time',
  gene: null,
};

export const NO_CHOICES: Choices = {
  experiment: {},
  colourBy: null,
  view: null,
  agreed: null,
  journey: NO_JOURNEY,
  removedRuns: [],
  runNames: {},
};

export type Change = Partial<ExperimentInput>;
export type Condition = NonNullable<ExperimentInput['where']>[number];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Conditions are added to those there, all else replaces. */
export function withChange(experiment: Change, change: Change): Change {
  const next = { ...experiment, ...change };
  if (change.where === undefined) return next;
  const there = experiment.where ?? [];
  return { ...next, where: [...there, ...change.where.filter((one) => !there.some((c) => same(c, one)))] };
}

/** Takes a change back: its conditions are removed, its other options fall to their defaults. */
export function withoutChange(experiment: Change, change: Change): Change {
  const next: Change = { ...experiment };
  for (const name of Object.keys(change) as (keyof Change)[]) delete next[name];
  if (change.where === undefined) return next;
  const where = (experiment.where ?? []).filter((c) => !change.where?.some((one) => same(c, one)));
  return where.length > 0 ? { ...next, where } : next;
}

export function holdsChange(experiment: Change, change: Change): boolean {
  return (Object.keys(change) as (keyof Change)[]).every((name) =>
    name === 'where'
      ? change.where!.every((one) => experiment.where?.some((c) => same(c, one)))
      : // a change may leave out what has a default
        containsAll(experiment[name], change[name]),
  );
}

function containsAll(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(wanted) && wanted.length !== (value as unknown[]).length) return false;
  return Object.entries(wanted).every(([key, one]) =>
    containsAll((value as Record<string, unknown>)[key], one),
  );
}

/** The part of an experiment that a preparation is made of, with its defaults. */
export function preparationOf(experiment: Change): Preparation {
  const names = Object.keys(preparationSchema.shape) as (keyof Preparation)[];
  return preparationSchema.parse(
    Object.fromEntries(names.flatMap((n) => (experiment[n] === undefined ? [] : [[n, experiment[n]]]))),
  );
}

/** Two preparations with the same key give the same. */
export const preparationKey = (experiment: Change) => JSON.stringify(preparationOf(experiment));

/** Two choices with the same key give the same timepoints. */
export const timepointsKey = ({ time, timepoints, where }: Change) =>
  JSON.stringify([time ?? null, timepoints ?? null, where ?? []]);

/** One seed gives a verdict in minutes; more say whether it owes to chance. */
const USUAL_SEEDS = 1;

/** The complete experiment that a training is asked for: what is chosen here wherever nothing else was. */
export const experimentOf = (experiment: Change): ExperimentConfig =>
  experimentSchema.parse({ methods: [...DEFAULT_COMPARISON], seeds: USUAL_SEEDS, ...experiment });

/** What the user would have to choose for such a run: what it was asked for, without what is so anyway. */
export function choicesOfRun({ experiment }: Pick<RunInfo, 'experiment'>): Change {
  const usual = experimentOf({ time: experiment.time }) as Record<string, unknown>;
  const chosen = Object.entries(experiment).filter(([name, value]) => !same(value, usual[name]));
  return { ...(Object.fromEntries(chosen) as Change), time: experiment.time };
}

/** How it is computed, and how it is drawn, make no other run. */
const NO_MATTER = new Set(['wideBackend', 'backend', 'map', 'trajectories', 'points']);

/** Two experiments with the same key give the same run. */
export function trainingKey(experiment: Change): string {
  if (experiment.time === undefined) return '';
  const all = Object.entries(experimentOf(experiment)).filter(([name]) => !NO_MATTER.has(name));
  return JSON.stringify(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))));
}
