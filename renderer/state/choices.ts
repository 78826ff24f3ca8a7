import type { ExperimentInput } from '../../engine/config.ts';
import type { GeneInfo, Preparation } from '../../engine/host/protocol.ts';
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
}

export const NO_CHOICES: Choices = { experiment: {}, colourBy: null, view: null, agreed: null };

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
