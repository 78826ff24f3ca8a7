import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { type Method, parseExperiment } from '../config.ts';
import { gatherRows, rowsWhere } from '../dataset/clouds.ts';
import { resolveFitSettings } from '../presets.ts';
import { simulateGrowing } from '../simulate/growing.ts';
import { type FitJob, type FitResult, runFitJob } from './held-out.ts';
import type { SharedDataset } from './space.ts';
import { wasserstein1 } from './wasserstein.ts';

const hooks = { shouldStop: () => false, onProgress: () => {} };
const simulation = simulateGrowing({ seed: 5, cellsPerDay: 80, days: [0, 1, 2, 4], dims: 3, growth: 0.7 });
const dataset: SharedDataset = {
  dims: 3,
  points: simulation.points,
  cellTimepoint: simulation.timepoint,
  times: [...simulation.days],
  timeScale: 'real',
  cellType: null,
  batch: null,
  manifold: null,
};
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
});

function fitted(
  extra: Record<string, unknown>,
  heldOut: number[] = [2],
  method: Method = 'ot-cfm',
): FitResult {
  const config = parseExperiment({ time: 'day', methods: [method], seeds: 1, maxEpochs: 60, ...extra });
  const settings = resolveFitSettings(config, { method, dims: 3, heldOut });
  const job: FitJob = {
    ...{ method, heldOut, seed: 3, settings, wideBackend: 'auto' },
    trajectories: { cells: Int32Array.of(0, 5, 17), points: 3 },
  };
  return runFitJob(kernels, dataset, job, hooks);
}

/** All that a fit found, without how long it took and what it was told. */
const found = ({ seconds: _seconds, settings: _settings, ...rest }: FitResult) => rest;

describe('growth off', () => {
  it.each([
    ['ot-mfm', 'minibatch'],
    ['ot-cfm', 'global'],
    ['ot-cfm', 'sinkhorn'],
  ] as const)('is the default, and τ and ε change no bit then: %s, %s', (method, coupling) => {
    const standard = fitted({ coupling }, [2], method);
    const growth = { growth: 'off', tau: 0.02, epsilon: 0.5, growthTiming: 'early' };
    expect(found(fitted({ coupling, ...growth }, [2], method))).toEqual(found(standard));
    // what is compared can tell: with growth on it is another fit
    expect(found(fitted({ coupling, ...growth, growth: 'on' }, [2], method))).not.toEqual(found(standard));
  });

  it('leaves no trace of masses', () => {
    const { trajectories, predictions, growthRate } = fitted({}, []);
    expect(trajectories).not.toHaveProperty('mass');
    expect(fitted({}).predictions[0]).not.toHaveProperty('mass');
    expect(predictions).toEqual([]);
    expect(growthRate).toBeUndefined();
  });
});

describe.each(['minibatch', 'global', 'sinkhorn'])('growth on, coupling %s', (coupling) => {
  it('weights the predicted cells by their mass, and their distances', () => {
    const { predictions } = fitted({ growth: 'on', coupling });
    const { mass, points, distances } = predictions[0]!;
    const rows = rowsWhere(dataset.cellTimepoint, (k) => k === 2);
    const real = gatherRows(dataset.points, 3, rows);
    const weighted = wasserstein1(points, mass!.length, real, rows.length, 3, {
      a: Float64Array.from(mass!),
    });
    expect(Math.abs(distances!.w1 / weighted - 1)).toBeLessThan(1e-5);
    expect(
      Math.abs(distances!.w1 / wasserstein1(points, mass!.length, real, rows.length, 3) - 1),
    ).toBeGreaterThan(1e-3);
  });
});

describe('growth on', () => {
  it('gives each trajectory a mass of 1 at its start that changes steadily, or early', () => {
    const [steady, early] = ['steady', 'early'].map((growthTiming) =>
      fitted({ growth: 'on', growthTiming, timeScale: 'real' }, []),
    );
    const { mass, times, cells } = steady!.trajectories!;
    expect(mass!.length).toBe(times.length * cells.length);
    expect([...mass!.subarray(0, 3)]).toEqual([1, 1, 1]);
    for (let c = 0; c < 3; c++) {
      const at = (k: number) => Math.log(mass![k * 3 + c]!);
      expect(at(1)).toBeCloseTo(at(2) / 2, 5);
      expect(at(5) - at(4)).toBeCloseTo((at(6) - at(4)) / 2, 5);
    }
    const atOnce = early!.trajectories!.mass!;
    expect(atOnce.subarray(3, 6)).toEqual(atOnce.subarray(6, 9));
    expect(atOnce.subarray(-3)).toEqual(mass!.subarray(-3));
  });

  it('tells the growth rate of each cell, with a mean mass of 1 on each day', () => {
    const { growthRate } = fitted({ growth: 'on' }, []);
    dataset.times.forEach((time, k) => {
      const rows = rowsWhere(dataset.cellTimepoint, (timepoint) => timepoint === k);
      const rates = Array.from(rows, (row) => growthRate![row]!);
      if (k === 3) expect(rates.every(Number.isNaN)).toBe(true);
      else {
        const duration = dataset.times[k + 1]! - time;
        const mean = rates.reduce((sum, rate) => sum + Math.exp(rate * duration) / rates.length, 0);
        expect(mean).toBeCloseTo(1, 5);
      }
    });
  });

  it('repeats to the bit', () => {
    expect(found(fitted({ growth: 'on' }))).toEqual(found(fitted({ growth: 'on' })));
  });

  it('goes on with the mass through timepoints that are held out together', () => {
    const { predictions } = fitted({ growth: 'on' }, [1, 2]);
    const logs = predictions.map(({ mass }) => Array.from(mass!, Math.log));
    // days 1 and 2 of the four between the observed ones
    logs[0]!.forEach((log, i) => {
      expect(log).toBeCloseTo(logs[1]![i]! / 2, 4);
    });
  });

  it('is ignored, and this said, where cells are paired at random', () => {
    const ignored = fitted({ growth: 'on' }, [2], 'i-cfm');
    expect(ignored.notes).toEqual(['Growth is ignored: this method pairs cells at random.']);
    expect({ ...found(ignored), notes: [] }).toEqual(found(fitted({}, [2], 'i-cfm')));
  });
});
