import { describe, expect, it } from 'vitest';
import {
  congruential,
  decodeGradient,
  readGradientReference,
  relativeError,
} from '../../fixtures/reference/gradients.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { createMlp } from '../nn/mlp.ts';
import { vectorFieldGradient, vectorFieldLoss } from './vector-field-step.ts';

const golden = readGradientReference();

describe.each([
  { kernels: referenceKernels(), tolerance: 1e-9 },
  { kernels: await loadKernels(), tolerance: 1e-4 },
])('the vector field, $kernels.name', ({ kernels, tolerance }) => {
  it.each(golden.vectorField)("has torch's loss and gradient, $dims dimensions", (reference) => {
    const { dims, sizes } = reference;
    const rows = golden.rowsPerPair;
    const uniform = congruential(2000 + dims);
    const draw = (length: number, scale = 1) => Float64Array.from({ length }, () => scale * uniform());
    const field = createMlp(kernels, { sizes, rows });
    for (const { inputs, weights, bias } of field.layers) {
      for (const values of [weights, bias]) values.set(draw(values.length, 1.5 / Math.sqrt(inputs)));
    }
    const x = draw(rows * dims);
    const t = draw(rows).map((value) => (value + 1) / 2);
    const batch = { x, t, u: draw(rows * dims), rows };
    const loss = vectorFieldGradient(field, batch);
    expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(tolerance);
    expect(relativeError(field.gradient!, decodeGradient(reference.gradient))).toBeLessThan(tolerance);
    expect(vectorFieldLoss(field, batch)).toBe(loss);
  });
});
