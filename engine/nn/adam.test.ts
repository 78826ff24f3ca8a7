import { describe, expect, it } from 'vitest';
import { congruential, readGradientReference, relativeError } from '../../fixtures/reference/gradients.ts';
import { referenceKernels } from '../compute/reference.ts';
import { loadKernels } from '../compute/wasm.ts';
import { adamStep, createAdam } from './adam.ts';

const cases = readGradientReference().adam;

describe.each([
  { kernels: referenceKernels(), tolerance: 1e-12 },
  { kernels: await loadKernels(), tolerance: 1e-6 },
])('Adam, $kernels.name', ({ kernels, tolerance }) => {
  it.each(cases)(
    "takes torch's steps, weight decay $weightDecay",
    ({ learningRate, weightDecay, parameters }) => {
      const draw = congruential(3000);
      const found = kernels.allocate(7);
      const gradient = kernels.allocate(7);
      for (let i = 0; i < 7; i++) found[i] = draw();
      let state = createAdam(kernels, 7);
      for (const expected of parameters) {
        for (let i = 0; i < 7; i++) gradient[i] = draw() ** 3;
        state = adamStep(kernels, state, found, gradient, { learningRate, weightDecay });
        expect(relativeError(found, expected)).toBeLessThan(tolerance);
      }
      expect(state.step).toBe(parameters.length);
    },
  );
});
