import { gatherRows } from '../dataset/clouds.ts';
import { applyScaling, type DimensionScaling } from '../embedding/whiten.ts';
import type { CellDistances } from './far-from-cells.ts';
import { type FollowedFit, followCells, straightWays, type WalkedWay, type Way } from './follow-cells.ts';
import { jumpsOnMap, stepsBetween } from './map-jumps.ts';
import { pathSpread } from './path-band.ts';
import { finiteRows, type View } from './view.ts';

/** Points that are placed and measured at once: enough for the search to pay, few enough to be asked whether to stop. */
const BATCH = 16_384;

/** Where points are. */
interface PlacedWays {
  /** [moments, n, view] */
  positions: Float32Array;
  /** [moments, n]; NaN where a point is not finite */
  cellDistance: Float32Array;
  /** see jumpsOnMap [moments, n]; null: the view has no tears */
  jumps: Uint8Array | null;
}

export interface FollowedOnView extends PlacedWays {
  /** see WalkedWay [moments, n] */
  mass: Float32Array | null;
  /** over this fit and the others, root mean square in the units of the embedding [moments, n]; null: there are no others */
  spread: Float32Array | null;
  straight: PlacedWays | null;
  finished: boolean;
}

export interface Surroundings {
  /** real time of each timepoint */
  timepoints: readonly number[];
  view: View;
  /** see FollowOptions */
  between: boolean;
  /** of the fit, in its training space */
  distances: CellDistances;
  shouldStop(): boolean;
  onProgress(done: number, total: number): void;
}

/**
 * Follows cells by a fit and says where they are on a view at each moment, how far from any cell, and how far other fits that differ
 * in their seed take the same cells. Points of the embedding are let go moment by moment, so that many cells need little memory.
 * @param others the same cells, each in the space of another fit
 */
export function followOnView(
  fit: FollowedFit,
  way: Way,
  others: readonly { fit: FollowedFit; start: Float32Array }[],
  straight: boolean,
  around: Surroundings,
): FollowedOnView {
  const { timepoints, shouldStop, between } = around;
  const dims = fit.space.training.scale.length;
  const n = way.start.length / dims;
  const moments = [timepoints[way.from]!, ...way.times];
  const total = moments.length * n * (straight ? 2 : 1);
  const spread = others.length > 0 ? new Float32Array(moments.length * n) : null;
  const ways = [{ fit, start: way.start }, ...others].map((each) =>
    followCells(
      each.fit,
      timepoints,
      { ...way, start: each.start },
      { closed: straight, shouldStop, between },
    ),
  );
  let walked: WalkedWay | undefined;
  let done = 0;
  const see = (points: Generator<Float32Array>) => {
    const seen = placeAll(points, moments, n, total, done, fit.space.training, around);
    done += moments.length * n;
    return seen;
  };
  const real = see(
    (function* () {
      for (let moment = 0; ; moment++) {
        around.onProgress(moment * n, total);
        const steps = ways.map((each) => each.next());
        if (steps[0]!.done) {
          walked = steps[0]!.value;
          return;
        }
        const points = steps.map(({ value }) => value as Float32Array);
        spread?.set(spreadOf(points, n), moment * n);
        yield points[0]!;
      }
    })(),
  );
  const { mass, places, finished } = walked!;
  return {
    ...real,
    mass,
    spread,
    straight: straight ? see(straightWays(fit, timepoints, places, way.times)) : null,
    finished,
  };
}

function spreadOf(clouds: Float32Array[], n: number): Float32Array {
  const cells = new Int32Array(n);
  const spread = pathSpread(clouds.map((points) => ({ points, times: [0], cells })));
  return spread?.distance ?? new Float32Array(n).fill(Number.NaN);
}

/** Positions and distances of points that come moment by moment. */
function placeAll(
  points: Generator<Float32Array>,
  moments: readonly number[],
  n: number,
  total: number,
  done: number,
  training: DimensionScaling,
  { view, distances, shouldStop, onProgress }: Surroundings,
): PlacedWays {
  const dims = training.scale.length;
  const positions = new Float32Array(moments.length * n * view.width);
  const cellDistance = new Float32Array(moments.length * n).fill(Number.NaN);
  const together = Math.max(1, Math.ceil(BATCH / Math.max(1, n)));
  const batch = new Float32Array(Math.min(together, moments.length) * n * dims);
  const lengths = view.linear ? null : new Float32Array(moments.length * n);
  const before = new Float32Array(n * dims);
  let [first, held] = [0, 0];
  const flush = () => {
    const some = batch.subarray(0, held * n * dims);
    const at = Float64Array.from({ length: held * n }, (_, i) => moments[first + Math.floor(i / n)]!);
    positions.set(view.place(some, total, shouldStop), first * n * view.width);
    const rows = finiteRows(some, dims);
    const whole = rows.length === held * n;
    const kept = whole ? some : gatherRows(some, dims, Int32Array.from(rows));
    const times = whole ? at : Float64Array.from(rows, (row) => at[row]!);
    const found = distances(applyScaling(kept, dims, training), times, total, shouldStop);
    rows.forEach((row, i) => {
      cellDistance[first * n + row] = found[i]!;
    });
    first += held;
    held = 0;
    if (done > 0) onProgress(done + first * n, total);
  };
  for (const moment of points) {
    const at = first + held;
    if (lengths && at > 0) lengths.set(stepsBetween(before, moment, dims), at * n);
    before.set(moment);
    batch.set(moment, held * n * dims);
    if (++held * n * dims === batch.length) flush();
  }
  if (held > 0) flush();
  const { width, extent } = view;
  return { positions, cellDistance, jumps: lengths && jumpsOnMap({ positions, width, n, lengths, extent }) };
}
