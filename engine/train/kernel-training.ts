import type { Kernels } from '../compute/kernels.ts';
import { type AdamOptions, adamStep, createAdam } from '../nn/adam.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import { geodesicPath } from '../path/geodesic.ts';
import { linearPath } from '../path/linear.ts';
import { createEnergyStep, pathEnergy, pathEnergyGradient } from './interpolant-step.ts';
import type { InterpolantTraining, TrainingBackend } from './training-backend.ts';
import { vectorFieldGradient, vectorFieldLoss } from './vector-field-step.ts';

/** Training by our kernels; its memory is that of the kernels (`Kernels.mark`). */
export function kernelTraining(kernels: Kernels): TrainingBackend {
  return {
    interpolant({ sizes, maxRows, initial, metric, noiseScale }) {
      const { metrics } = metric;
      const energyStep = createEnergyStep(kernels, { metrics, maxRows, noiseScale });
      const network = createMlp(kernels, { sizes, rows: maxRows, tangent: true });
      network.parameters.set(initial);
      const path = geodesicPath(network);
      const straight = linearPath(path.dims);
      const training: InterpolantTraining = {
        ...optimised(kernels, network),
        scale: 1,
        straightEnergy: (batch) => pathEnergy(energyStep, straight, batch),
        loss: (batch) => pathEnergy(energyStep, path, batch) / training.scale,
        lossAndGradient: (batch) => pathEnergyGradient(energyStep, path, batch, training.scale),
      };
      return training;
    },
    vectorField({ sizes, maxRows, initial }) {
      const network = createMlp(kernels, { sizes, rows: maxRows });
      network.parameters.set(initial);
      return {
        ...optimised(kernels, network),
        loss: (batch) => vectorFieldLoss(network, batch),
        lossAndGradient: (batch) => vectorFieldGradient(network, batch),
      };
    },
    path({ sizes, parameters }, maxRows) {
      const own = kernels.allocate(parameters.length);
      own.set(parameters);
      const shape = { sizes, rows: maxRows, tangent: true, training: false, parameters: own };
      return { ...geodesicPath(createMlp(kernels, shape)), dispose() {} };
    },
  };
}

function optimised(kernels: Kernels, { parameters, gradient }: Mlp) {
  let adam = createAdam(kernels, parameters.length);
  return {
    gradient: () => gradient!,
    update(options: AdamOptions) {
      adam = adamStep(kernels, adam, parameters, gradient!, options);
    },
    weights: () => parameters,
    dispose() {},
  };
}
