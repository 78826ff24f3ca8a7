import { describe, expect, it } from 'vitest';
import { describeAgreement } from '../../fixtures/reference/backend-agreement.ts';
import { findTensorflow, loadTensorflow, tensorflowName } from './tensorflow/load.ts';

// a file of its own, since all copies of TensorFlow.js in a process share one engine
const [found] = findTensorflow();
if (found) {
  const loaded = loadTensorflow(found);
  describeAgreement(tensorflowName(loaded), loaded.tf);
  it('computes in the native library', () => {
    expect(loaded.tf.getBackend()).toBe('tensorflow');
  });
} else {
  describe('training by tfjs-node', () => {
    it.skip('skipped: it is not installed, and MEANDER_TFJS_NODE names no folder with it', () => {});
  });
}
