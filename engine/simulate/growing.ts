import { InputError } from '../errors.ts';
import { drawWithoutReplacement, type RandomStream, randomStream } from '../random.ts';
import { checkRange } from './check-range.ts';

export interface GrowingOptions {
  /** any integer; the same seed gives the same bits; default 42 */
  seed?: number;
  /** cells taken on each day; at least 20; default 500 */
  cellsPerDay?: number;
  /** days on which cells are taken, increasing; at least two; default 0, 1, 2, 3 */
  days?: readonly number[];
  /** rate at which cells of fate A grow and those of fate B vanish, per day; 0 to 3; 0: none does; default 0.5 */
  growth?: number;
  /** births and deaths of every cell beside that, per day each; 0 to 3; default 0.2 */
  turnover?: number;
  /** bend of the arms: 0 = straight, 1 = by 200° at their ends; 0 to 1.5; default 0.5 */
  curvature?: number;
  /** distance by which each day's cells are moved in a direction of their own (the way is 1 long); default 0 */
  batchShift?: number;
  /** dimensions of the points: two of signal, the rest noise; at least 2; default 5 */
  dims?: number;
  /** sd of the noise in each dimension; default 0.05 */
  noise?: number;
}

/** A time course of a population whose cells divide and die, and what is known of each cell that was taken. */
export interface GrowingTimeCourse {
  nObs: number;
  dims: number;
  /** [nObs, dims] */
  points: Float32Array;
  days: readonly number[];
  /** which day each cell was taken on, [nObs] */
  timepoint: Int32Array;
  /** size of the whole population on each day, [days] */
  population: number[];
  /** how far each cell has come, in [0, 1.1], [nObs] */
  progress: Float64Array;
  /** −1: undecided, 0: fate A, 1: fate B, [nObs] */
  fate: Int8Array;
  /** births less deaths per day at that moment, [nObs] */
  rate: Float64Array;
  /** log of the descendants expected on the next day, along the mean path; NaN on the last day, [nObs] */
  logGain: Float64Array;
}

/** progress at which fates part */
const FORK = 0.3;
/** heading of an arm at the fork, from upright, and how it grows with the square of the way (radians) */
const PARTING = 0.6;
const BEND = 5.5;
/** progress from the fork over which growth sets in */
const ONSET = 0.1;
/** sd of progress after one day, and at the start */
const SPREAD = 0.05;
/** founders for each cell that is taken on a day */
const FOUNDERS = 6;
/** steps of a day; a cell divides or dies at most once in a step */
const STEPS_A_DAY = 40;
const FURTHEST = 1.1;
/** above it the population is a random half of itself, standing for twice as many */
const MOST_AGENTS = 200_000;

interface Agents {
  progress: number[];
  fate: number[];
}

/**
 * Simulates a population that moves along a trunk and, from progress 0.3 on, one of two arms: A grows, B vanishes.
 *
 * Mechanism: founders start near progress 0.05; all advance at 0.9 / (time of the course) a day with a Brownian spread of
 * 0.05 per √day, reflected at 0. A cell that passes 0.3 takes fate A or B by a fair coin. In each of 40 steps a day
 * it divides with the rate turnover + max(r, 0) and dies with turnover + max(−r, 0), where r is ±`growth` times a ramp
 * over 0.1 of progress behind the fork; daughters begin where their mother is. On each day `cellsPerDay` cells of the
 * population are looked at (they live on). A cell's point is its place on the plane of the arms, plus Gaussian noise in all dimensions.
 * @throws InputError where an option is outside its range, or too few cells are left to be taken
 */
export function simulateGrowing(options: GrowingOptions = {}): GrowingTimeCourse {
  const settings = {
    ...{ seed: 42, cellsPerDay: 500, days: [0, 1, 2, 3], growth: 0.5, turnover: 0.2, curvature: 0.5 },
    ...{ batchShift: 0, dims: 5, noise: 0.05 },
    ...options,
  };
  check(settings);
  const { seed, cellsPerDay, days, growth } = settings;
  const random = randomStream(seed, 'simulate', 'growing');
  const takeRandom = randomStream(seed, 'simulate', 'growing', 'take');
  const speed = 0.9 / (days.at(-1)! - days[0]!);
  const agents = founders(FOUNDERS * cellsPerDay, random);
  let represented = 1;
  const taken = { progress: [] as number[], fate: [] as number[], day: [] as number[] };
  const population: number[] = [];
  days.forEach((day, k) => {
    if (k > 0) represented *= advance(agents, day - days[k - 1]!, speed, settings, random);
    const alive = agents.progress.length;
    population.push(Math.round(alive * represented));
    if (alive < cellsPerDay) throw tooFew(alive, cellsPerDay, day);
    for (const i of drawWithoutReplacement(alive, cellsPerDay, takeRandom)) {
      taken.progress.push(agents.progress[i]!);
      taken.fate.push(agents.fate[i]!);
      taken.day.push(k);
    }
  });
  const timepoint = Int32Array.from(taken.day);
  const progress = Float64Array.from(taken.progress);
  const fate = Int8Array.from(taken.fate);
  return {
    nObs: timepoint.length,
    dims: settings.dims,
    points: place(progress, fate, timepoint, settings),
    days,
    timepoint,
    population,
    progress,
    fate,
    rate: progress.map((p, i) => rateAt(p, fate[i]!, growth)),
    logGain: progress.map((p, i) => {
      const k = timepoint[i]!;
      return k + 1 < days.length
        ? expectedLogGain(p, fate[i]!, days[k + 1]! - days[k]!, speed, growth)
        : Number.NaN;
    }),
  };
}

function founders(count: number, random: RandomStream): Agents {
  const progress = Array.from({ length: count }, () => Math.abs(0.05 + SPREAD * random.normal()));
  return { progress, fate: progress.map((p) => decide(-1, p, random)) };
}

const decide = (fate: number, progress: number, random: RandomStream) =>
  fate < 0 && progress > FORK ? random.integer(2) : fate;

function rateAt(progress: number, fate: number, growth: number): number {
  if (fate < 0) return 0;
  const ramp = Math.min(1, Math.max(0, (progress - FORK) / ONSET));
  return fate === 0 ? growth * ramp : -growth * ramp;
}

/** Lets the population live for some days, in place. @returns how many cells an agent stands for now, of those before */
function advance(
  agents: Agents,
  duration: number,
  speed: number,
  { growth, turnover }: { growth: number; turnover: number },
  random: RandomStream,
): number {
  const steps = Math.max(1, Math.ceil(duration * STEPS_A_DAY));
  const dt = duration / steps;
  let represented = 1;
  for (let step = 0; step < steps; step++) {
    const next: Agents = { progress: [], fate: [] };
    for (let i = 0; i < agents.progress.length; i++) {
      const moved = Math.abs(agents.progress[i]! + speed * dt + SPREAD * Math.sqrt(dt) * random.normal());
      const p = Math.min(FURTHEST, moved);
      const fate = decide(agents.fate[i]!, p, random);
      const rate = rateAt(p, fate, growth);
      const event = random.uniform();
      const death = 1 - Math.exp(-dt * (turnover + Math.max(-rate, 0)));
      if (event < death) continue;
      const births = event > Math.exp(-dt * (turnover + Math.max(rate, 0))) ? 2 : 1;
      for (let copy = 0; copy < births; copy++) {
        next.progress.push(p);
        next.fate.push(fate);
      }
    }
    represented *= replace(agents, next, random);
  }
  return represented;
}

function replace(agents: Agents, next: Agents, random: RandomStream): number {
  const isThinned = next.progress.length > MOST_AGENTS;
  const kept = isThinned
    ? drawWithoutReplacement(next.progress.length, next.progress.length >> 1, random)
    : next.progress.keys();
  agents.progress = [];
  agents.fate = [];
  for (const i of kept) {
    agents.progress.push(next.progress[i]!);
    agents.fate.push(next.fate[i]!);
  }
  return isThinned ? 2 : 1;
}

/** log of the expected number of descendants after some days, where progress advances without spread. */
function expectedLogGain(
  progress: number,
  fate: number,
  duration: number,
  speed: number,
  growth: number,
): number {
  const along = (of: number) => {
    const steps = 200;
    let sum = 0;
    for (let k = 0; k < steps; k++) {
      const p = progress + speed * duration * ((k + 0.5) / steps);
      if (p > FORK) sum += (rateAt(p, of, growth) * duration) / steps;
    }
    return sum;
  };
  if (fate >= 0) return along(fate);
  return Math.log((Math.exp(along(0)) + Math.exp(along(1))) / 2);
}

function place(
  progress: Float64Array,
  fate: Int8Array,
  timepoint: Int32Array,
  { seed, dims, noise, curvature, batchShift, days }: Required<GrowingOptions>,
): Float32Array {
  const noiseRandom = randomStream(seed, 'simulate', 'growing', 'noise');
  const shifts = days.map((_, k) => direction(dims, batchShift, randomStream(seed, 'simulate', 'batch', k)));
  const points = new Float32Array(progress.length * dims);
  const latent = new Float64Array(dims);
  progress.forEach((p, i) => {
    armPlace(p, fate[i]!, curvature, latent);
    const shift = shifts[timepoint[i]!]!;
    for (let j = 0; j < dims; j++)
      points[i * dims + j] = latent[j]! + shift[j]! + noise * noiseRandom.normal();
  });
  return points;
}

function direction(dims: number, length: number, random: RandomStream): Float64Array {
  const vector = Float64Array.from({ length: dims }, () => random.normal());
  const norm = Math.hypot(...vector);
  return vector.map((value) => (length * value) / norm);
}

/** Upright trunk, then a clothoid to the left (A) or right (B), of unit speed. */
function armPlace(progress: number, fate: number, curvature: number, out: Float64Array): void {
  out[0] = 0;
  out[1] = Math.min(progress, FORK);
  if (fate < 0 || progress <= FORK) {
    out[1] = progress;
    return;
  }
  const steps = 40;
  const h = (progress - FORK) / steps;
  for (let k = 0; k < steps; k++) {
    const behind = (k + 0.5) * h;
    const heading = PARTING + curvature * BEND * behind * behind;
    out[0] += (fate === 0 ? -h : h) * Math.sin(heading);
    out[1] += h * Math.cos(heading);
  }
}

function check({
  cellsPerDay,
  days,
  growth,
  turnover,
  curvature,
  dims,
  ...rest
}: Required<GrowingOptions>): void {
  checkRange('cellsPerDay', cellsPerDay, 20, 20_000, true);
  checkRange('growth', growth, 0, 3);
  checkRange('turnover', turnover, 0, 3);
  checkRange('curvature', curvature, 0, 1.5);
  checkRange('dims', dims, 2, 1000, true);
  checkRange('batchShift', rest.batchShift, 0, 100);
  checkRange('noise', rest.noise, 0, 10);
  if (days.length >= 2 && days.every((day, k) => Number.isFinite(day) && (k === 0 || day > days[k - 1]!)))
    return;
  throw new InputError('The days of the simulation do not increase.', {
    option: 'days',
    expected: 'two or more increasing numbers',
    found: days.join(', '),
  });
}

function tooFew(alive: number, wanted: number, day: number): InputError {
  return new InputError(`Too few cells are alive on day ${day}.`, {
    option: 'cellsPerDay',
    expected: `at least ${wanted} cells`,
    found: `${alive} cells`,
    action: 'Choose a lower growth or turnover, or days that are nearer to each other.',
  });
}
