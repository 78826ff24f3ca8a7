import type { Kernels } from '../compute/kernels.ts';
import type { ExperimentConfig } from '../config.ts';
import { kernelTraining } from './kernel-training.ts';
import { findTensorflow, type LoadedTensorflow, loadTensorflow, tensorflowName } from './tensorflow/load.ts';
import { tensorflowTraining } from './tensorflow.ts';
import type { TrainingBackend } from './training-backend.ts';

/** From this width of the hidden layers on a graphics processor pays, where there is one. */
export const GPU_WIDTH = 512;

export interface ChosenBackend {
  backend: TrainingBackend;
  /** TensorFlow by its package, version and device; absent: the kernels */
  trainedBy?: string;
}

/**
 * What works out the training steps of a fit. `auto` by a fixed rule: our kernels, but TensorFlow where its package for graphics
 * processors is installed, finds one, and hidden layers have at least 512 units. On processors our kernels are faster
 * (docs/backends.md), so tfjs-node is taken only where it is asked for.
 * @throws InputError: TensorFlow is asked for and not to be had
 */
export function chooseBackend(
  kernels: Kernels,
  backend: ExperimentConfig['backend'],
  hidden: number,
): ChosenBackend {
  const loaded =
    backend === 'tensorflow'
      ? loadTensorflow()
      : backend === 'auto' && hidden >= GPU_WIDTH
        ? tensorflowOnGpu()
        : null;
  if (loaded === null) return { backend: kernelTraining(kernels) };
  return { backend: tensorflowTraining(loaded.tf), trainedBy: tensorflowName(loaded) };
}

function tensorflowOnGpu(): LoadedTensorflow | null {
  const found = findTensorflow().find(({ name }) => name.endsWith('-gpu'));
  if (!found) return null;
  try {
    const loaded = loadTensorflow(found);
    return loaded.device === 'gpu' ? loaded : null;
  } catch {
    // nobody asked for it
    return null;
  }
}
