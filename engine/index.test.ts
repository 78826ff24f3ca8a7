import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as meander from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-api-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('exports what it promises, and nothing by accident', () => {
  expect(Object.keys(meander).sort()).toMatchInlineSnapshot(`
    [
      "CancelledError",
      "InputError",
      "METHODS",
      "MeanderError",
      "WorkError",
      "createPool",
      "describeError",
      "flagOf",
      "loadOptionsOf",
      "metricsOf",
      "openResultsFolder",
      "options",
      "pairedDifferences",
      "parseExperiment",
      "planExperiment",
      "resolveFitSettings",
      "runExperiment",
      "summarize",
      "wasserstein1",
      "wasserstein2",
      "writeResults",
    ]
  `);
});

it('the worked example: simulate, read, fit with a day held out, measure', async () => {
  const { createPool, loadOptionsOf, metricsOf, parseExperiment, runExperiment } = meander;
  const pool = createPool(2);
  try {
    const path = join(folder, 'example.h5ad');
    await pool.run({ kind: 'example', path });
    const config = parseExperiment({
      time: 'day',
      dims: 5,
      holdOut: '3',
      methods: ['ot-mfm', 'ot-cfm'],
      seeds: 1,
      maxEpochs: 20,
      trajectories: 10,
      points: 3,
    });
    const dataset = await pool.run({ kind: 'load', paths: [path], ...loadOptionsOf(config) });
    const experiment = await runExperiment(dataset, config, 'evaluate', { pool });
    const { rows, manifest } = metricsOf(experiment);

    expect(rows.map((row) => `${row.method} ${row.heldOut}`)).toEqual([
      'ot-mfm 3',
      'ot-cfm 3',
      'ot 3',
      'random 3',
      'previous 3',
      'next 3',
    ]);
    for (const row of rows) expect(row.w1).toBeGreaterThan(0);
    expect(manifest.fits[0]!.settings.bandwidth).toBeGreaterThan(0);
    const { trajectories } = experiment.fits[0]!;
    expect(trajectories!.times).toEqual([0, 1, 2, 2.5, 3, 5, 7]);
    // they start at the cells they belong to (back from training units: to single precision)
    const { points, dims } = dataset.embedding;
    trajectories!.cells.forEach((cell, i) => {
      for (let j = 0; j < dims; j++) {
        expect(trajectories!.points[i * dims + j]).toBeCloseTo(points[cell * dims + j]!, 4);
      }
    });
  } finally {
    await pool.close();
  }
});
