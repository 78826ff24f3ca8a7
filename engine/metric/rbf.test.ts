import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { congruential, decodeGradient, relativeError } from '../../fixtures/reference/gradients.ts';
import type { Kernels } from '../compute/kernels.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { InputError } from '../errors.ts';
import { createMlp } from '../nn/mlp.ts';
import { geodesicPath } from '../path/geodesic.ts';
import { createEnergyStep, pathEnergyGradient } from '../train/interpolant-step.ts';
import { createRbf } from './rbf.ts';

interface Setting {
  dims: number;
  epsilon: number;
  power: number;
}
const golden: {
  centers: number;
  rows: number;
  noiseScale: number;
  pairs: { tStart: number; duration: number }[];
  energy: (Setting & { energy: number[]; x: string; u: string })[];
  interpolant: (Setting & { sizes: number[]; scale: number; loss: number; gradient: string })[];
} = JSON.parse(readFileSync(new URL('../../fixtures/reference/rbf.json', import.meta.url), 'utf8'));

/** The metric of rbf.py, its numbers drawn in that order. */
function drawnMetric(kernels: Kernels, uniform: () => number, { dims, epsilon, power }: Setting) {
  const draw = (length: number) => Float64Array.from({ length }, uniform);
  const centers = draw(golden.centers * dims);
  const lambda = draw(golden.centers).map((value) => (0.5 + (value + 1)) / dims);
  const weights = draw(golden.centers).map((value) => (value + 1) / 2);
  return createRbf(kernels, { dims, centers, lambda, weights, epsilon, power });
}

function drawInto(kernels: Kernels, uniform: () => number, length: number, scale = 1) {
  const values = kernels.allocate(length);
  for (let i = 0; i < length; i++) values[i] = scale * uniform();
  return values;
}

describe.each([
  { kernels: referenceKernels(), tolerance: 1e-9 },
  { kernels: await loadKernels(), tolerance: 1e-4 },
])('the rbf metric, arrays of $kernels.name', ({ kernels, tolerance }) => {
  it.each(golden.energy)("has torch's energy and gradients, $dims dimensions, α $power", (expected) => {
    const uniform = congruential(4000 + expected.dims);
    const metric = drawnMetric(kernels, uniform, expected);
    const size = golden.rows * expected.dims;
    const x = drawInto(kernels, uniform, size);
    const u = drawInto(kernels, uniform, size);
    const energy = kernels.allocate(golden.rows);
    const gradient = { x: kernels.allocate(size).fill(9), u: kernels.allocate(size).fill(9) };
    metric.energy(x, u, golden.rows, energy, gradient);
    expect(relativeError(energy, expected.energy)).toBeLessThan(tolerance);
    expect(relativeError(gradient.x, decodeGradient(expected.x))).toBeLessThan(tolerance);
    expect(relativeError(gradient.u, decodeGradient(expected.u))).toBeLessThan(tolerance);
    const alone = kernels.allocate(golden.rows);
    metric.energy(x, u, golden.rows, alone);
    expect([...alone]).toEqual([...energy]);
  });

  it.each(golden.interpolant)(
    "gives the interpolant torch's loss and gradient, $dims dimensions",
    (expected) => {
      const { dims, sizes, scale } = expected;
      const { pairs, rows: rowsPerPair, noiseScale } = golden;
      const uniform = congruential(5000 + dims);
      const rows = pairs.length * rowsPerPair;
      const network = createMlp(kernels, { sizes, rows, tangent: true });
      for (const { inputs, weights, bias } of network.layers) {
        for (const values of [weights, bias])
          values.set(drawInto(kernels, uniform, values.length, 1.5 / Math.sqrt(inputs)));
      }
      const [x0, x1] = [drawInto(kernels, uniform, rows * dims), drawInto(kernels, uniform, rows * dims)];
      const s = drawInto(kernels, uniform, rows);
      s.forEach((value, i) => {
        s[i] = (value + 1) / 2;
      });
      const noise = drawInto(kernels, uniform, rows * dims);
      const metrics = pairs.map(() => drawnMetric(kernels, uniform, expected));
      const step = createEnergyStep(kernels, { metrics, maxRows: rows, noiseScale });
      const batch = { x0, x1, s, noise, pairs, rowsPerPair };
      const loss = pathEnergyGradient(step, geodesicPath(network), batch, scale);
      expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(tolerance);
      expect(relativeError(network.gradient!, decodeGradient(expected.gradient))).toBeLessThan(tolerance);
    },
  );
});

const fast = await loadKernels();

describe('the rbf metric', () => {
  it('around one centre is (W exp(−λ/2 r²) + ε)^−α', () => {
    const one = { centers: Float64Array.of(1, 2), lambda: Float64Array.of(3), weights: Float64Array.of(0.7) };
    const metric = createRbf(referenceKernels(), { dims: 2, ...one, epsilon: 0.1, power: 1.5 });
    const energy = new Float64Array(1);
    metric.energy(Float64Array.of(1.5, 1), Float64Array.of(3, 4), 1, energy);
    const h = 0.7 * Math.exp(-1.5 * (0.5 ** 2 + 1));
    expect(energy[0]).toBeCloseTo(25 * (h + 0.1) ** -1.5, 10);
  });

  it.each([referenceKernels(), fast])(
    'far from every centre is ε^−α, without a slope, by $name',
    (kernels) => {
      const one = { centers: Float64Array.of(0), lambda: Float64Array.of(2), weights: Float64Array.of(1) };
      const metric = createRbf(kernels, { dims: 1, ...one, epsilon: 0.5, power: 2 });
      const values = (...given: number[]) => {
        const all = kernels.allocate(given.length);
        all.set(given);
        return all;
      };
      const energy = values(1, 1);
      const gradient = { x: values(1, 1), u: values(1, 1) };
      metric.energy(values(1e3, 1e20), values(3, 3), 2, energy, gradient);
      expect([...energy]).toEqual([36, 36]);
      expect(gradient.x.every((slope) => slope === 0)).toBe(true);
      expect([...gradient.u]).toEqual([24, 24]);
    },
  );

  it('has a centre without width, where float32 ends', () => {
    const one = { centers: Float64Array.of(1), lambda: Float64Array.of(1e200), weights: Float64Array.of(1) };
    const metric = createRbf(fast, { dims: 1, ...one, epsilon: 0.5, power: 1 });
    const [x, u, energy] = [fast.allocate(2), fast.allocate(2).fill(1), fast.allocate(2)];
    const gradient = { x: fast.allocate(2), u: fast.allocate(2) };
    x.set([1, 1.001]);
    metric.energy(x, u, 2, energy, gradient);
    expect(energy[0]).toBeCloseTo(1 / 1.5, 6);
    expect(energy[1]).toBe(2);
    expect([...gradient.x].map(Math.abs)).toEqual([0, 0]);
  });

  it('refuses a floor that float32 cannot hold', () => {
    const one = { centers: Float64Array.of(0), lambda: Float64Array.of(2), weights: Float64Array.of(1) };
    for (const epsilon of [0, 1e-16, Number.NaN])
      expect(() => createRbf(referenceKernels(), { dims: 1, ...one, epsilon, power: 1 })).toThrow(InputError);
  });
});
