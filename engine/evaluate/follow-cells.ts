import type { FitSettings } from '../config.ts';
import { invertScaling } from '../embedding/whiten.ts';
import { CancelledError, InputError } from '../errors.ts';
import { dopri5, type KeptStep } from '../trajectory/dopri5.ts';
import { backwardMass, forwardMass } from './followed-mass.ts';
import { integratorFor } from './integrator.ts';
import type { RebuiltFit } from './rebuild.ts';

/** A fit that cells can be followed by. */
export interface FollowedFit extends Pick<RebuiltFit, 'field' | 'space' | 'growth' | 'clock'> {
  settings: FitSettings;
  /** timepoints that it has seen, ascending */
  observed: readonly number[];
}

/** Where cells set out and when they are looked at. */
export interface Way {
  /** [n, d], in the training space */
  start: Float32Array;
  /** index of their timepoint, one that the fit has seen */
  from: number;
  /** real times, all after or all before that of `from`, in the order of going */
  times: readonly number[];
}

export interface FollowOptions {
  shouldStop(): boolean;
  /** goes on to the next timepoint that the fit has seen, so that `places` encloses all times */
  closed: boolean;
  /**
   * takes the points between the steps of dopri5, which then has not to stop at each time: a fraction of the work for many times, within
   * the tolerance of the fit the same; default: it stops, and the points are those of a rollout
   */
  between?: boolean;
}

export interface WalkedWay {
  /** how many cells each stands for, that it set out with 1 [1 + times, n]; null: growth is ignored */
  mass: Float32Array | null;
  /** where the cells were at each timepoint that the fit has seen, in the order of going, in the units of the embedding [n, d] */
  places: { timepoint: number; points: Float32Array }[];
  /** false: an integrator gave up, and from there on the cells stand where it stood */
  finished: boolean;
}

/**
 * Follows cells to real times, forwards or backwards, one moment after another: the same points as rollTrajectories gives where the
 * times are the same. A cell that is followed back had less mass before, by what its ancestor gained since: the gain of the
 * place where it comes to at the timepoint before (as followBack).
 * @param timepoints real time of each timepoint, ascending
 * @yields the points at the start and at each time, in the units of the embedding [n, d]; each is the caller's
 * @throws InputError: times that do not follow each other, or beyond the first or last timepoint; CancelledError
 */
export function* followCells(
  fit: FollowedFit,
  timepoints: readonly number[],
  { start, from, times }: Way,
  { closed, shouldStop, between = false }: FollowOptions,
): Generator<Float32Array, WalkedWay> {
  const { field, space, clock, settings, observed, growth } = fit;
  const dims = space.training.scale.length;
  checkWay(fit, timepoints, { from, times });
  const backwards = isBackwards(timepoints, from, times);
  const ends = closed || (growth !== null && backwards);
  const x = Float64Array.from(start);
  const keeper = backwards ? backwardMass : forwardMass;
  const masses = growth && keeper(growth, settings.growthTiming, start.length / dims, times.length + 1);
  const shown = () => invertScaling(Float32Array.from(x), dims, space.training);
  const places: WalkedWay['places'] = [];
  let finished = true;
  let entry: Float32Array = start;
  let at = clock[from]!;
  let integrate = integratorFor(settings, dims, 1);
  const first = shown();
  places.push({ timepoint: from, points: first.slice() });
  yield first;
  const stops = stopsOf(fit, timepoints, { from, times }, ends);
  const ahead = between && settings.rollout === 'dopri5' ? new StepsAhead(fit, shouldStop) : null;
  for (const [i, stop] of stops.entries()) {
    if (shouldStop()) throw new CancelledError();
    if (stop.enters) {
      integrate = integratorFor(settings, dims, stop.enters);
      ahead?.walk(x, at, untilTimepoint(stops, i));
    }
    finished &&= ahead ? ahead.next(x) : at === stop.clock || integrate(field, x, at, stop.clock);
    masses?.go(stop.asked >= 0 ? stop.asked + 1 : -1, at, stop.clock, entry);
    at = stop.clock;
    if (stop.timepoint >= 0) {
      // in single precision between intervals, as the points that are kept
      entry = Float32Array.from(x);
      x.set(entry);
      if (observed.includes(stop.timepoint)) {
        masses?.arrive(at, entry);
        places.push({ timepoint: stop.timepoint, points: shown() });
      }
    }
    if (stop.asked >= 0) yield shown();
  }
  return { mass: masses?.mass ?? null, places, finished };
}

/** The straight ways between the places at the timepoints that the fit has seen, at the same moments as the cells were looked at. */
export function* straightWays(
  fit: Pick<FollowedFit, 'clock'>,
  timepoints: readonly number[],
  places: WalkedWay['places'],
  times: readonly number[],
): Generator<Float32Array> {
  yield places[0]!.points.slice();
  for (const time of times) {
    const t = clockAt(fit.clock, timepoints, time);
    const inside = ({ timepoint: a }: { timepoint: number }, { timepoint: b }: { timepoint: number }) =>
      (t - fit.clock[a]!) * (t - fit.clock[b]!) <= 1e-12;
    const next = Math.max(
      1,
      places.findIndex((place, i) => i > 0 && inside(places[i - 1]!, place)),
    );
    const [a, b] = [places[next - 1]!, places[next] ?? places[next - 1]!];
    const span = fit.clock[b.timepoint]! - fit.clock[a.timepoint]!;
    const s = span === 0 ? 0 : (t - fit.clock[a.timepoint]!) / span;
    yield a.points.map((value, i) => (1 - s) * value + s * b.points[i]!);
  }
}

/** The model's time at a real time. @param clock the model's time of each timepoint */
export function clockAt(clock: readonly number[], timepoints: readonly number[], time: number): number {
  const after = timepoints.findIndex((known, k) => k > 0 && time <= known);
  const k = after < 0 ? timepoints.length - 1 : after;
  const s = (time - timepoints[k - 1]!) / (timepoints[k]! - timepoints[k - 1]!);
  return clock[k - 1]! + s * (clock[k]! - clock[k - 1]!);
}

const isBackwards = (timepoints: readonly number[], from: number, times: readonly number[]) =>
  times.length > 0 && times.at(-1)! < timepoints[from]!;

interface Stop {
  /** in the model's time */
  clock: number;
  /** which of the times that are asked for, −1: none */
  asked: number;
  /** −1: none */
  timepoint: number;
  /** how long the interval between timepoints is, in the model's time, that is entered on the way to here; 0: none is */
  enters: number;
}

/** Times that are asked for and timepoints on the way, in the order of going. */
function stopsOf(
  { clock, observed }: FollowedFit,
  timepoints: readonly number[],
  { from, times }: Omit<Way, 'start'>,
  closed: boolean,
): Stop[] {
  const step = isBackwards(timepoints, from, times) ? -1 : 1;
  const near = 1e-9 * (timepoints.at(-1)! - timepoints[0]!);
  const stops: Stop[] = [];
  let asked = 0;
  for (let k = from + step; timepoints[k] !== undefined; k += step) {
    // whatever is asked for on the way to timepoint k, which may be one of these
    let enters = Math.abs(clock[k]! - clock[k - step]!);
    const add = (stop: Omit<Stop, 'enters'>) => {
      stops.push({ ...stop, enters });
      enters = 0;
    };
    while (asked < times.length && step * (timepoints[k]! - times[asked]!) > near) {
      add({ clock: clockAt(clock, timepoints, times[asked]!), asked, timepoint: -1 });
      asked++;
    }
    const here = asked < times.length && Math.abs(timepoints[k]! - times[asked]!) <= near;
    const last = asked + (here ? 1 : 0) >= times.length;
    if (here || !last || closed) add({ clock: clock[k]!, asked: here ? asked : -1, timepoint: k });
    if (here) asked++;
    if (asked >= times.length && (!closed || observed.includes(k))) break;
  }
  return stops;
}

function checkWay(
  { observed }: FollowedFit,
  timepoints: readonly number[],
  { from, times }: Omit<Way, 'start'>,
): void {
  if (!observed.includes(from))
    throw new InputError('Cells of a timepoint that the fit never saw cannot be followed.', {
      expected: `cells of the timepoints at ${observed.map((k) => timepoints[k]).join(', ')}`,
      found: `cells of the time ${timepoints[from]}`,
      action: 'Choose cells of another timepoint, or a fit that has seen this one.',
    });
  const way = [timepoints[from]!, ...times];
  const [first, last] = [timepoints[0]!, timepoints.at(-1)!];
  const near = 1e-9 * (last - first);
  const beyond = times.find((time) => !(time >= first - near && time <= last + near));
  if (beyond !== undefined)
    throw new InputError('Beyond the first and the last timepoint nothing is known of where cells are.', {
      expected: `times from ${first} to ${last}`,
      found: String(beyond),
      action: 'Choose a time between them.',
    });
  const step = isBackwards(timepoints, from, times) ? -1 : 1;
  if (way.every((time, i) => i === 0 || step * (time - way[i - 1]!) > 0)) return;
  throw new InputError('The times to follow cells to do not follow each other.', {
    expected: `times that ascend from ${way[0]}, or descend from it`,
    found: times.join(', ').slice(0, 200),
    action: 'Give them in the order of going, each once.',
  });
}

/** Times of the stops from here on up to the next timepoint, or the last. */
function untilTimepoint(stops: readonly Stop[], first: number): number[] {
  const end = stops.findIndex(({ timepoint }, i) => i >= first && timepoint >= 0);
  return stops.slice(first, end < 0 ? stops.length : end + 1).map(({ clock }) => clock);
}

/** Points at several times from one integration over all of them. */
class StepsAhead {
  private readonly fit: FollowedFit;
  private readonly shouldStop: () => boolean;
  // in single precision, as they are shown
  private found: Float32Array[] = [];
  private finished = true;

  constructor(fit: FollowedFit, shouldStop: () => boolean) {
    this.fit = fit;
    this.shouldStop = shouldStop;
  }

  /** @param times in the order of going, in the model's time */
  walk(start: Float64Array, from: number, times: readonly number[]): void {
    const { field, settings, space } = this.fit;
    const tolerance = { absolute: settings.tolerance, relative: settings.tolerance };
    const x = start.slice();
    const between = start.slice();
    this.found = [];
    const direction = Math.sign(times.at(-1)! - from);
    const take = ({ to, at }: KeptStep) => {
      if (this.shouldStop()) throw new CancelledError();
      for (let time = times[this.found.length]; time !== undefined && direction * (to - time) >= 0; ) {
        at(time, between);
        this.found.push(Float32Array.from(between));
        time = times[this.found.length];
      }
    };
    const dims = space.training.scale.length;
    const { finished } = dopri5(field, x, dims, from, times.at(-1)!, tolerance, undefined, take);
    this.finished &&= finished;
    // the last is the end of a step, rounding aside; where the integrator gave up all others stand where it stood
    while (this.found.length < times.length) this.found.push(Float32Array.from(x));
  }

  next(x: Float64Array): boolean {
    x.set(this.found.shift()!);
    return this.finished;
  }
}
