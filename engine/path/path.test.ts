import { describe, expect, it } from 'vitest';
import { relativeError } from '../../fixtures/reference/gradients.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { createMlp, initializeMlp } from '../nn/mlp.ts';
import { randomStream } from '../random.ts';
import { type ConditionalPath, fillTimes } from './conditional-path.ts';
import { geodesicPath } from './geodesic.ts';
import { linearPath } from './linear.ts';

const dims = 3;
const rowsPerPair = 4;
const pairs = [
  { tStart: 0, duration: 0.4 },
  { tStart: 0.4, duration: 0.6 },
];
const rows = pairs.length * rowsPerPair;

describe.each([referenceKernels(), await loadKernels()])('paths, $name', (kernels) => {
  const random = randomStream(6, 'path');
  const interpolant = createMlp(kernels, { sizes: [2 * dims + 1, 12, 12, dims], rows, tangent: true });
  initializeMlp(interpolant, random);
  const draw = () => {
    const values = kernels.allocate(rows * dims);
    for (let i = 0; i < values.length; i++) values[i] = random.normal();
    return values;
  };
  const [x0, x1, xt, ut] = [draw(), draw(), draw(), draw()];
  const s = kernels.allocate(rows);
  const batch = { x0, x1, s, pairs, rowsPerPair };
  const paths: [string, ConditionalPath][] = [
    ['linear', linearPath(dims)],
    ['geodesic', geodesicPath(interpolant)],
  ];

  it.each(paths)('%s: both ends are hit to the bit', (_, path) => {
    s.fill(0);
    path.evaluate(batch, xt, ut);
    expect(xt).toEqual(x0);
    s.fill(1);
    path.evaluate(batch, xt, ut);
    expect(xt).toEqual(x1);
  });

  it.each(paths)("%s: the velocity is the path's derivative with respect to the model's time", (_, path) => {
    const exact = kernels.name === 'reference';
    const step = exact ? 1e-5 : 1e-2;
    const start = Float64Array.from({ length: rows }, (_, i) => (i + 1) / (rows + 2));
    const at = (shift: number) => {
      for (let i = 0; i < rows; i++) s[i] = start[i]! + shift;
      path.evaluate(batch, xt, ut);
      return Float64Array.from(xt);
    };
    const ahead = at(step);
    const behind = at(-step);
    const slope = ahead.map((value, j) => {
      const { duration } = pairs[Math.floor(j / dims / rowsPerPair)]!;
      return (value - behind[j]!) / (2 * step * duration);
    });
    at(0);
    expect(relativeError(ut, slope)).toBeLessThan(exact ? 1e-8 : 1e-3);
  });

  it('the geodesic bends away from the line', () => {
    s.fill(0.5);
    linearPath(dims).evaluate(batch, xt, ut);
    const straight = xt.slice();
    geodesicPath(interpolant).evaluate(batch, xt, ut);
    expect(relativeError(xt, straight)).toBeGreaterThan(1e-2);
  });

  it('times run through each pair', () => {
    const t = kernels.allocate(rows);
    s.fill(0.5);
    fillTimes(batch, t);
    expect(t[0]).toBeCloseTo(0.2, 6);
    expect(t[rows - 1]).toBeCloseTo(0.7, 6);
  });
});
