import { describe, expect, it } from 'vitest';
import { applyScaling, invertScaling } from '../embedding/whiten.ts';
import { randomStream } from '../random.ts';
import type { VelocityField } from '../trajectory/euler.ts';
import { dopri5Integrator, rollout } from '../trajectory/rollout.ts';
import { cellVelocity } from './cell-velocity.ts';
import { modelTimes, type SharedDataset, type Space } from './space.ts';

const dims = 2;
const times = [1, 2, 6];
const space = {
  training: { shift: Float64Array.of(3, -1), scale: Float64Array.of(2, 0.5) },
} as unknown as Space;
/** bends in space and time */
const field: VelocityField = (z, t, out) => {
  for (let i = 0; i < z.length; i += 2) {
    out[i] = 1 + z[i + 1]! + t;
    out[i + 1] = Math.sin(z[i]!) - t;
  }
};

function dataset(timeScale: SharedDataset['timeScale']): SharedDataset {
  const random = randomStream(1, 'velocity');
  const cellTimepoint = Int32Array.of(0, 2, -1, 1, 0, 2, 1);
  const points = Float32Array.from({ length: cellTimepoint.length * dims }, () => random.normal());
  return { dims, points, cellTimepoint, times, timeScale, cellType: null, batch: null, manifold: null };
}

describe.each(['index', 'real'] as const)('time scale %s', (timeScale) => {
  const data = dataset(timeScale);
  const z = applyScaling(data.points, dims, space.training);
  const velocity = cellVelocity(field, data, z, space);
  const at = modelTimes(data);

  it('is how fast a rollout moves cells in the embedding, per unit of real time', () => {
    const realStep = 1e-3;
    data.cellTimepoint.forEach((k, row) => {
      if (k < 0) return;
      // the last timepoint has no interval after it: back into the one before
      const [from, to] = k < 2 ? [k, k + 1] : [k, k - 1];
      const share = realStep / Math.abs(times[to]! - times[from]!);
      const span = [at[from]!, at[from]! + share * (at[to]! - at[from]!)];
      const start = z.slice(row * dims, (row + 1) * dims);
      const tolerance = { absolute: 1e-10, relative: 1e-10 };
      const path = rollout(field, start, span, dopri5Integrator(dims, tolerance));
      const [before, after] = [path.points.slice(0, dims), path.points.slice(dims)].map((points) =>
        invertScaling(Float32Array.from(points), dims, space.training),
      );
      for (let j = 0; j < dims; j++) {
        const moved = (after![j]! - before![j]!) / (Math.sign(to - from) * realStep);
        expect(velocity[row * dims + j]).toBeCloseTo(moved, 1);
        expect(Math.abs(velocity[row * dims + j]! / moved - 1)).toBeLessThan(0.03);
      }
    });
  });

  it('is not a number for a cell of no timepoint', () => {
    expect([...velocity.slice(2 * dims, 3 * dims)]).toEqual([Number.NaN, Number.NaN]);
    expect(velocity.filter(Number.isNaN).length).toBe(dims);
  });
});
