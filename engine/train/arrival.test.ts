import { beforeAll, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type FitSettings, parseExperiment } from '../config.ts';
import { gatherRows } from '../dataset/clouds.ts';
import { splitCells } from '../dataset/split.ts';
import { followForward } from '../evaluate/sides.ts';
import { wasserstein1 } from '../evaluate/wasserstein.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import { exampleDataset } from '../simulate/example.ts';
import type { Clouds } from './clouds.ts';
import { fitModel } from './fit.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 128 });
});

const shouldStop = () => false;
const SEED = 4;

/** The first three days of the example, in which nobody grows. */
function exampleClouds(): Clouds {
  const { xPca, components, day } = exampleDataset({ seed: SEED, cells: 1200, components: 5 });
  const days = [...new Set(day)].sort((a, b) => a - b).slice(0, 3);
  const rowsOf = (wanted: number) => Int32Array.from(day.keys()).filter((row) => day[row] === wanted);
  return { points: xPca, dims: components, times: [0, 0.5, 1], cells: days.map(rowsOf), manifold: null };
}

/** W1 from followed cells, weighted by mass, to the cells of the next day, of each interval. */
function arrivals(given: Partial<FitSettings>): number[] {
  const clouds = exampleClouds();
  const { points, dims, times, cells } = clouds;
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, steps: 300, ...given });
  const settings = resolveFitSettings(config, { method: 'auto', dims, heldOut: [] });
  const split = splitCells(cells, settings, randomStream(SEED, 'split'));
  const intervals = [0, 1].map(() => ({ bends: false, grows: settings.growth === 'on' }));
  const hooks = { shouldStop, onProgress: () => {} };
  const full = { ...settings, bandwidth: 1 };
  const model = fitModel(kernels, clouds, split, 'ot-cfm', full, SEED, hooks, intervals);
  return intervals.map((_, k) => {
    const [from, to] = [cells[k]!, cells[k + 1]!];
    const span = { start: times[k]!, t: times[k + 1]! };
    const side = followForward(model, gatherRows(points, dims, from), from, span, settings, shouldStop);
    const a = side.logMass?.map(Math.exp);
    return wasserstein1(side.points, from.length, gatherRows(points, dims, to), to.length, dims, {
      ...(a && { a }),
    });
  });
}

// with both marginals relaxed it is 1.3 times as far at τ .8
it.each(['global', 'minibatch'] as const)(
  'cells that may grow reach all cells of the next day: %s',
  (coupling) => {
    const balanced = arrivals({ coupling });
    for (const tau of [0.8, 0.4]) {
      arrivals({ coupling, growth: 'on', tau }).forEach((distance, k) => {
        expect(distance).toBeLessThan(1.05 * balanced[k]!);
      });
    }
  },
);
