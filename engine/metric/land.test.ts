import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { createLand, landCutoff } from './land.ts';
import { createLandCells } from './land-cells.ts';

const reference = referenceKernels();
const wasm = await loadKernels();

describe('LAND', () => {
  it('around one sample is (w q² + ρ)^−α', () => {
    const land = createLand(reference, { dims: 1, bandwidth: 0.5, rho: 0.01, power: 2, maxSamples: 1 });
    land.setSamples(Float64Array.of(1), [0]);
    const energy = reference.allocate(1);
    land.energy(Float64Array.of(0.4), Float64Array.of(3), 1, energy);
    const h = Math.exp(-(0.6 ** 2) / (2 * 0.5 ** 2)) * 0.6 ** 2 + 0.01;
    expect(energy[0]).toBeCloseTo(9 / h ** 2, 10);
  });

  it.each([1, 2, 0.7])('has the gradients of its energy, α %f', (power) => {
    const random = randomStream(1, 'land gradient');
    const dims = 3;
    const land = createLand(reference, { dims, bandwidth: 0.8, rho: 0.05, power, maxSamples: 30 });
    const points = Float64Array.from({ length: 30 * dims }, random.normal);
    land.setSamples(
      points,
      Int32Array.from({ length: 30 }, (_, i) => i),
    );
    const x = Float64Array.from({ length: dims }, random.normal);
    const u = Float64Array.from({ length: dims }, random.normal);
    const energy = reference.allocate(1);
    const gradient = { x: reference.allocate(dims), u: reference.allocate(dims) };
    land.energy(x, u, 1, energy, gradient);
    const slope = (values: Float64Array) =>
      Array.from(values, (value, k) => {
        const at = (moved: number) => {
          values[k] = moved;
          land.energy(x, u, 1, energy);
          values[k] = value;
          return energy[0]!;
        };
        return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
      });
    expect(relativeError(slope(x), gradient.x)).toBeLessThan(1e-8);
    expect(relativeError(slope(u), gradient.u)).toBeLessThan(1e-8);
  });

  it('does not depend on what is left out: dense and empty places, many blocks, two bandwidths', () => {
    const random = randomStream(2, 'land skipping');
    const [n, dims, rows] = [3000, 5, 40];
    const cloud = Float32Array.from(
      { length: n * dims },
      (_, i) => random.normal() + (i < 500 * dims ? 4 : 0),
    );
    const cells = createLandCells(wasm, [cloud], dims);
    const indices = Int32Array.from({ length: n }, (_, i) => i);
    // the last ones far from every cell
    const x = Float32Array.from({ length: rows * dims }, (_, i) => random.normal() * (i < 30 * dims ? 1 : 5));
    const u = Float32Array.from({ length: rows * dims }, random.normal);
    for (const bandwidth of [0.125, 0.5]) {
      const results = [wasm, reference].map((kernels) => {
        const land = createLand(kernels, { dims, bandwidth, rho: 1e-3, power: 2, maxSamples: n });
        const [points, xk, uk] = [cells.points, x, u].map((values) => {
          const copy = kernels.allocate(values.length);
          copy.set(values);
          return copy;
        });
        land.setSamples(points!, indices);
        const energy = kernels.allocate(rows);
        const gradient = { x: kernels.allocate(rows * dims), u: kernels.allocate(rows * dims) };
        land.energy(xk!, uk!, rows, energy, gradient);
        return { energy, gradient };
      });
      const [fast, exact] = results as [(typeof results)[0], (typeof results)[0]];
      for (let i = 0; i < rows; i++) expect(fast.energy[i]! / exact.energy[i]!).toBeCloseTo(1, 5);
      expect(relativeError(fast.gradient.x, exact.gradient.x)).toBeLessThan(2e-5);
      expect(relativeError(fast.gradient.u, exact.gradient.u)).toBeLessThan(1e-5);
    }
  });

  it('refuses a slope that float32 cannot hold', () => {
    const options = { dims: 1, bandwidth: 1, power: 2, maxSamples: 1 };
    expect(() => createLand(wasm, { ...options, rho: 1e-11 })).toThrow(InputError);
    expect(() => createLand(wasm, { ...options, rho: 0 })).toThrow(InputError);
    expect(() => createLand(wasm, { ...options, rho: 1e-9 })).not.toThrow();
  });

  it('leaves out only what is below 1e-8 of ρ', () => {
    for (const [count, bandwidth, rho] of [
      [12000, 0.125, 1e-3],
      [500, 2, 1e-2],
      [100, 0.1, 10],
    ] as const) {
      const c = landCutoff(count, bandwidth, rho);
      expect(count * Math.exp(-c) * 2 * c * bandwidth ** 2).toBeLessThanOrEqual(1e-8 * rho);
    }
    expect(landCutoff(1e6, 100, 1e-20)).toBe(60);
  });
});
