import type { Followed } from '../../engine/host/protocol.ts';
import type { Points } from './scene.ts';

/*
 * Cells that were followed through time, as they are at any time between. Positions of a Followed are [times, cells,
 * components], forwards or backwards in time; nothing here is copied but what is asked for.
 */

/** Frames a way is followed in, where nobody says otherwise. */
const FRAMES = 60;

/** Places and masses at one time. Filled again and again: it belongs to who made it. */
export interface JourneyFrame {
  /** flat [cells, components]; NaN: no place at this time */
  positions: Float32Array;
  /** 1 each where growth is ignored; 0: no place at this time [cells] */
  mass: Float32Array;
}

export function createFrame(followed: Followed): JourneyFrame {
  const count = followed.cells.length;
  return { positions: new Float32Array(count * componentsOf(followed)), mass: new Float32Array(count) };
}

function componentsOf({ cells, times, positions }: Followed): number {
  return cells.length === 0 ? 2 : positions.length / (times.length * cells.length);
}

/** Two neighbouring frames and how far a time is from the first to the second; null: it was not followed so far. */
export function between(
  times: readonly number[],
  time: number,
): { first: number; second: number; share: number } | null {
  for (let k = 0; k < times.length; k++) {
    if (times[k] === time) return { first: k, second: k, share: 0 };
    const next = times[k + 1];
    if (next === undefined) return null;
    const share = (time - times[k]!) / (next - times[k]!);
    if (share > 0 && share < 1) return { first: k, second: k + 1, share };
  }
  return null;
}

/**
 * Fills a frame: places on the straight line between the neighbouring frames, masses in equal proportion. @returns false:
 * the cells were not followed to this time, and the frame is as it was
 */
export function fillFrame(followed: Followed, time: number, frame: JourneyFrame): boolean {
  const at = between(followed.times, time);
  if (at === null) return false;
  const count = followed.cells.length;
  const components = componentsOf(followed);
  const { positions } = followed;
  const [first, second] = [at.first * count, at.second * count];
  // the later of the two has the step between them, whichever way time goes
  const step = Math.max(first, second);
  for (let k = 0; k < frame.positions.length; k++) {
    const from = positions[first * components + k]!;
    // nothing is on its way across a tear of the map
    const torn = followed.jumps?.[step + Math.floor(k / components)];
    const share = torn ? Math.round(at.share) : at.share;
    // a place that only one frame has is none
    frame.positions[k] = from + (positions[second * components + k]! - from) * share;
  }
  for (let i = 0; i < count; i++) {
    let place = 0;
    for (let c = 0; c < components; c++) place += frame.positions[i * components + c]!;
    const mass = followed.mass;
    frame.mass[i] =
      place - place !== 0
        ? 0
        : mass === null
          ? 1
          : betweenMasses(mass[first + i]!, mass[second + i]!, at.share);
  }
  return true;
}

/** Linear in the logarithm; where one is 0, linear. */
function betweenMasses(from: number, to: number, share: number): number {
  if (share === 0 || from === to) return from;
  return from > 0 && to > 0 ? from * (to / from) ** share : from + (to - from) * share;
}

/** Cells that are followed as points of the map; the buffers are filled anew for each time, the object is another one. */
export interface PointsAlong {
  /** null: the cells were not followed to this time */
  at(time: number): Points | null;
}

/**
 * @param entries of the palette, [times, cells], as `coloursAlong` gives them
 * @param palette with the opacity of a point alone
 */
export function pointsAlong(
  followed: Followed,
  { entries, palette }: { entries: Uint8Array | Uint16Array; palette: Uint8Array },
): PointsAlong {
  const count = followed.cells.length;
  const frame = createFrame(followed);
  const own = entries instanceof Uint8Array ? new Uint8Array(count) : new Uint16Array(count);
  return {
    at(time) {
      if (!fillFrame(followed, time, frame)) return null;
      const { first, second, share } = between(followed.times, time)!;
      const nearest = share < 0.5 ? first : second;
      own.set(entries.subarray(nearest * count, (nearest + 1) * count));
      return { ...frame, entries: own, palette };
    },
  };
}

/**
 * Times to follow cells of a timepoint by: the timepoints themselves and evenly between them, from the next of them on.
 * @param from index of their timepoint
 * @returns in the order of going, without that of `from`; empty: there is no way
 */
export function timesToFollow(
  timepoints: readonly number[],
  from: number,
  direction: 'forwards' | 'backwards',
  frames = FRAMES,
): number[] {
  const stops = direction === 'forwards' ? timepoints.slice(from) : timepoints.slice(0, from + 1).reverse();
  if (stops.length < 2) return [];
  const step = Math.abs(stops.at(-1)! - stops[0]!) / frames;
  return stops.slice(1).flatMap((stop, k) => {
    const start = stops[k]!;
    const parts = Math.max(1, Math.round(Math.abs(stop - start) / step));
    return Array.from({ length: parts }, (_, p) =>
      p === parts - 1 ? stop : start + ((stop - start) * (p + 1)) / parts,
    );
  });
}

/** Times that were wanted and not reached: beyond those that were followed, or without a place for any cell. */
export function missingTimes(followed: Followed | null, wanted: readonly number[]): number[] {
  if (followed === null) return [...wanted];
  const empty = followed.times.map((_, t) => !hasPlaces(followed, t));
  return wanted.filter((time) => {
    const at = between(followed.times, time);
    return at === null || empty[at.first] || empty[at.second];
  });
}

function hasPlaces({ positions, times }: Followed, t: number): boolean {
  const length = positions.length / times.length;
  for (let k = t * length; k < (t + 1) * length; k++) if (Number.isFinite(positions[k])) return true;
  return false;
}

/** Mean distance to the nearest cells along time, ascending; above 1: far from any. */
export interface DistanceCurve {
  times: number[];
  /** weighted by mass; NaN: of no cell known */
  predicted: Float32Array;
  straight: Float32Array | null;
}

export function distanceCurve(followed: Followed): DistanceCurve {
  const { times, mass, cellDistance, straight } = followed;
  const order = times.map((_, t) => t);
  if (times.length > 1 && times.at(-1)! < times[0]!) order.reverse();
  const curve = (values: Float32Array) =>
    Float32Array.from(order, (t) => meanAt(values, mass, followed.cells.length, t));
  return {
    times: order.map((t) => times[t]!),
    predicted: curve(cellDistance),
    straight: straight === null ? null : curve(straight.cellDistance),
  };
}

function meanAt(values: Float32Array, mass: Float32Array | null, count: number, t: number): number {
  let sum = 0;
  let weights = 0;
  for (let k = t * count; k < (t + 1) * count; k++) {
    const weight = mass === null ? 1 : mass[k]!;
    if (!Number.isFinite(values[k]! * weight)) continue;
    sum += values[k]! * weight;
    weights += weight;
  }
  return weights > 0 ? sum / weights : Number.NaN;
}

/** Real cells stand back behind the predicted ones. */
const MOST_EMPHASIS = 0.72;

/**
 * How much the cells of each timepoint stand out at a time: most up to half way to the next one, not at all beyond it.
 * @param most 0 to 1; with 1 they are as without any emphasis
 */
export function emphasisAt(timepoints: readonly number[], time: number, most = MOST_EMPHASIS): Float32Array {
  const place = placeAmong(timepoints, time);
  return Float32Array.from(
    timepoints,
    (_, k) => most * Math.min(1, Math.max(0, 2 * (1 - Math.abs(k - place)))),
  );
}

/** A time as a fractional index of timepoints. */
function placeAmong(timepoints: readonly number[], time: number): number {
  const after = timepoints.findIndex((other) => other >= time);
  if (after < 0) return timepoints.length - 1;
  if (after === 0) return 0;
  const [low, high] = [timepoints[after - 1]!, timepoints[after]!];
  return after - 1 + (time - low) / (high - low);
}
