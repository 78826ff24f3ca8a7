import { describe, expect, it } from 'vitest';
import {
  congruential,
  decodeGradient,
  readGradientReference,
  relativeError,
} from '../../fixtures/reference/gradients.ts';
import type { Kernels } from '../compute/kernels.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { createLand } from '../metric/land.ts';
import { createMlp } from '../nn/mlp.ts';
import { geodesicPath } from '../path/geodesic.ts';
import { linearPath } from '../path/linear.ts';
import { createEnergyStep, pathEnergy, pathEnergyGradient } from './interpolant-step.ts';

const golden = readGradientReference();
type Case = (typeof golden.interpolant)[0];

// the inputs of gradients.py, drawn in its order
function prepare(kernels: Kernels, { dims, sizes, bandwidth, rho, power }: Case) {
  const uniform = congruential(1000 + dims);
  const draw = (length: number, scale = 1) => {
    const values = kernels.allocate(length);
    for (let i = 0; i < length; i++) values[i] = scale * uniform();
    return values;
  };
  const { pairs, rowsPerPair, noiseScale, samples } = golden;
  const rows = pairs.length * rowsPerPair;
  const interpolant = createMlp(kernels, { sizes, rows, tangent: true });
  for (const { inputs, weights, bias } of interpolant.layers) {
    for (const values of [weights, bias]) values.set(draw(values.length, 1.5 / Math.sqrt(inputs)));
  }
  const [x0, x1, s, noise] = [draw(rows * dims), draw(rows * dims), draw(rows), draw(rows * dims)];
  s.forEach((value, i) => {
    s[i] = (value + 1) / 2;
  });
  const metrics = pairs.map(() => {
    const land = createLand(kernels, { dims, bandwidth, rho, power, maxSamples: samples });
    land.setSamples(
      draw(samples * dims),
      Int32Array.from({ length: samples }, (_, i) => i),
    );
    return land;
  });
  const step = createEnergyStep(kernels, { metrics, maxRows: rows, noiseScale });
  return { interpolant, step, batch: { x0, x1, s, noise, pairs, rowsPerPair } };
}

describe.each([
  { kernels: referenceKernels(), tolerance: 1e-9 },
  { kernels: await loadKernels(), tolerance: 1e-4 },
])('the interpolant, $kernels.name', ({ kernels, tolerance }) => {
  it.each(golden.interpolant)("has torch's loss and gradient, $dims dimensions, α $power", (reference) => {
    const { interpolant, step, batch } = prepare(kernels, reference);
    const path = geodesicPath(interpolant);
    const loss = pathEnergyGradient(step, path, batch, reference.scale);
    expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(tolerance);
    expect(relativeError(interpolant.gradient!, decodeGradient(reference.gradient))).toBeLessThan(tolerance);
    expect(pathEnergy(step, path, batch)).toBeCloseTo(loss * reference.scale, 10);
  });

  it('with an interpolant of 0 has the energy of straight lines', () => {
    const { interpolant, step, batch } = prepare(kernels, golden.interpolant[2]!);
    interpolant.parameters.fill(0);
    const bent = pathEnergy(step, geodesicPath(interpolant), batch);
    const straight = pathEnergy(step, linearPath(5), batch);
    expect(Math.abs(bent / straight - 1)).toBeLessThan(1e-6);
  });

  it('descends: a small step against the gradient lowers the loss by its squared length', () => {
    const reference = golden.interpolant[3]!;
    const { interpolant, step, batch } = prepare(kernels, reference);
    const path = geodesicPath(interpolant);
    const before = pathEnergyGradient(step, path, batch, reference.scale);
    const length2 = Array.from(interpolant.gradient!).reduce((sum, g) => sum + g * g, 0);
    const rate = (1e-3 * before) / length2;
    interpolant.parameters.forEach((value, i) => {
      interpolant.parameters[i] = value - rate * interpolant.gradient![i]!;
    });
    const after = pathEnergy(step, path, batch) / reference.scale;
    expect((before - after) / (rate * length2)).toBeGreaterThan(0.9);
    expect((before - after) / (rate * length2)).toBeLessThan(1.1);
  });
});
