import { expect, it } from 'vitest';
import { loadKernels } from '../compute/wasm.ts';
import { parseExperiment } from '../config.ts';
import { parseCondition, parseTimepointEdits } from '../dataset/edit-flags.ts';
import { subsetOf } from '../dataset/subset.ts';
import { timepointsFromColumn } from '../dataset/timepoints.ts';
import { resolveFitSettings } from '../presets.ts';
import { randomStream } from '../random.ts';
import { runFitJob } from './held-out.ts';

const N = 320;
const DIMS = 2;

/** Four days of cells in two lineages; points of cells that take no part are replaced. */
async function fitted(replaced: (row: number) => number) {
  const random = randomStream(5, 'subset fit');
  const day = Float64Array.from({ length: N }, (_, row) => row % 4);
  const lineage = Array.from({ length: N }, (_, row) => (row % 3 === 0 ? 'other' : 'wanted'));
  const { keep } = subsetOf(
    { obsColumns: () => [], readObs: () => ({ kind: 'string', values: lineage }) },
    N,
    [parseCondition('lineage=wanted')],
  );
  const { cellTimepoint, times } = timepointsFromColumn({ kind: 'number', values: day }, 'day', {
    keep,
    edits: parseTimepointEdits('0,1,3'),
  });
  const points = Float32Array.from({ length: N * DIMS }, (_, at) => {
    const row = Math.floor(at / DIMS);
    const value = 0.3 * random.normal() + (at % DIMS === 0 ? day[row]! : 0);
    return cellTimepoint[row]! < 0 ? replaced(row) : value;
  });
  const config = parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, maxEpochs: 3 });
  const settings = resolveFitSettings(config, { method: 'ot-mfm', dims: DIMS, heldOut: [1] });
  const { predictions, losses } = runFitJob(
    await loadKernels(),
    {
      dims: DIMS,
      points,
      cellTimepoint,
      times,
      timeScale: 'index',
      cellType: null,
      batch: null,
      manifold: null,
    },
    { method: 'ot-mfm', heldOut: [1], seed: 1, settings, wideBackend: 'simd', trajectories: null },
    { shouldStop: () => false, onProgress() {} },
  );
  return { predictions, losses };
}

it('a fit and its distances depend on no cell outside of the subset, nor on one of a dropped timepoint', async () => {
  const plain = await fitted(() => 0);
  expect(plain.predictions[0]!.distances!.w1).toBeGreaterThan(0);
  expect(await fitted((row) => 1e6 * Math.sin(row))).toEqual(plain);
  expect(await fitted(() => Number.NaN)).toEqual(plain);
});
