import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { randomStream } from '../random.ts';
import { carryMass, type MassState, startMass } from '../trajectory/mass.ts';
import { rollout } from '../trajectory/rollout.ts';
import type { Fitted, Prediction } from './held-out.ts';
import { integratorFor } from './integrator.ts';
import { measureDistances, realCells } from './measure.ts';
import { pathDistance } from './path-distance.ts';
import { followBack, meetSides, type Side } from './sides.ts';
import { modelTimes } from './space.ts';

/**
 * The cells of each held-out timepoint as the fit sees them: those of the last observed timepoint before it, followed to it, or with
 * `predictFrom: 'both'` the barycentre of these and those of the next one, followed back.
 */
export function predictHeldOut(fitted: Fitted, diverged: boolean): Prediction[] {
  const { dataset, job, space, clouds, model, hooks } = fitted;
  const { dims, cellTimepoint } = dataset;
  const { heldOut, seed } = job;
  const times = modelTimes(dataset);
  const cellsOf = (timepoint: number) =>
    gatherRows(
      clouds.points,
      dims,
      rowsWhere(cellTimepoint, (k) => k === timepoint),
    );
  let current: Float32Array = new Float32Array();
  let mass = startMass(0);
  return heldOut.map((timepoint, i) => {
    const before = timepoint - 1;
    // two in a row that are both held out: the rollout goes on from the first one's prediction
    if (heldOut[i - 1] !== before) {
      current = cellsOf(before);
      mass = startMass(current.length / dims);
    }
    hooks.onProgress('rollout', { step: i, steps: heldOut.length });
    const span = [times[before]!, times[timepoint]!];
    const integrate = integratorFor(job.settings, dims, span[1]! - span[0]!);
    mass = grown(fitted, mass, current, span);
    const path = rollout(model.field, current, span, integrate, hooks.shouldStop);
    current = path.points.slice(current.length);
    const logMass = model.growth && mass.logMass;
    const side = fromBoth(fitted, timepoint, { points: current, logMass, finished: path.finished });
    const points = invertScaling(side.points, dims, space.training);
    const weights = side.logMass?.map(Math.exp);
    const prediction = {
      ...{ timepoint, points },
      ...(job.settings.predictFrom === 'both' && { rows: side.rows }),
      ...(weights && { mass: Float32Array.from(weights) }),
    };
    hooks.onProgress('evaluation', { step: i, steps: heldOut.length });
    if (diverged || !side.finished || !points.every(Number.isFinite)) {
      return { ...prediction, distances: null, path: null };
    }
    const real = realCells(dataset, space, timepoint, heldOut);
    const inEvaluation = applyScaling(points, dims, space.evaluation);
    return {
      ...prediction,
      distances: measureDistances(dataset, inEvaluation, real, seed, hooks.shouldStop, weights),
      path: pathDistance(dataset, space, clouds, heldOut, timepoint, seed, hooks.shouldStop, (start, along) =>
        rollout(model.field, start, along, integrate, hooks.shouldStop),
      ),
    };
  });
}

function grown({ model, job }: Fitted, mass: MassState, points: Float32Array, span: number[]): MassState {
  if (!model.growth) return mass;
  return carryMass(mass, model.growth, points, span[0]!, span[1]!, job.settings.growthTiming);
}

/** The prediction from before, met with that from after where the settings say so. */
function fromBoth(
  { dataset, job, clouds, model, hooks }: Fitted,
  timepoint: number,
  forward: Omit<Side, 'rows'>,
): Side {
  const { cellTimepoint, dims } = dataset;
  const { heldOut, settings, seed } = job;
  let [first, last] = [timepoint - 1, timepoint + 1];
  while (heldOut.includes(first)) first--;
  while (heldOut.includes(last)) last++;
  const rowsOf = (at: number) => rowsWhere(cellTimepoint, (k) => k === at);
  const before = { ...forward, rows: rowsOf(first) };
  if (settings.predictFrom === 'before') return before;
  const times = modelTimes(dataset);
  const [start, t, end] = [times[first]!, times[timepoint]!, times[last]!];
  const rows = rowsOf(last);
  const cells = gatherRows(clouds.points, dims, rows);
  const after = followBack(model, cells, rows, { start, t, end }, settings, hooks.shouldStop);
  const random = randomStream(seed, 'prediction', timepoint);
  return meetSides(before, after, (t - start) / (end - start), random, hooks.shouldStop);
}
