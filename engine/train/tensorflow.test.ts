import { createRequire } from 'node:module';
// all copies of the core share one registry of gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { describeAgreement } from '../../fixtures/reference/backend-agreement.ts';
import type { Tf } from './tensorflow/core.ts';

// one module for the core and its backend: `import` and `require` would make two
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as Tf;
require('@tensorflow/tfjs-backend-cpu');
await tf.setBackend('cpu');

describeAgreement("TensorFlow.js's pure backend", tf);
