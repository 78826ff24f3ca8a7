import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderExampleReport } from '../export/example-report.ts';
import { type ExampleResult, exampleResult, writeExampleResults } from '../export/example-results.ts';
import { openResultsFolder } from '../export/results-folder.ts';
import { createPool } from '../host/pool.ts';
import { makeToy } from '../simulate/toy-example.ts';
import type { FitResult } from './held-out.ts';
import { TOY_METHODS, toyDataset, toyJob, toyRow } from './toy.ts';

const SEED = 3;
const FAST = { maxEpochs: 150, minibatch: 64, hidden: 32 };

describe('a small arch', () => {
  const toy = makeToy('arch', SEED, 300);
  const home = mkdtempSync(join(tmpdir(), 'meander-toy-'));
  let fits: FitResult[];
  let result: ExampleResult;

  beforeAll(async () => {
    const pool = createPool(2);
    const dataset = toyDataset(toy);
    fits = await Promise.all(
      TOY_METHODS.map((method) => pool.run({ kind: 'fit', dataset, job: toyJob(toy, method, SEED, FAST) })),
    );
    await pool.close();
    result = exampleResult(toy, SEED, fits);
  }, 30_000);
  afterAll(() => rmSync(home, { recursive: true }));

  it('keeps geodesic paths much nearer to the circle than straight ones', () => {
    const [straight, bent] = result.rows;
    expect(straight!.method).toBe('ot-cfm');
    expect(straight!.distance).toBeGreaterThan(0.5);
    expect(bent!.distance!).toBeLessThan(straight!.distance! / 2);
    expect(bent!.w1!).toBeLessThan(straight!.w1!);
  });

  it('writes the numbers and a report with both panels', async () => {
    const folder = await openResultsFolder(join(home, 'out'));
    await writeExampleResults(folder, toy, result, fits);
    expect(readdirSync(join(home, 'out')).sort()).toEqual(['example.json', 'report.html']);
    expect(JSON.parse(readFileSync(join(home, 'out', 'example.json'), 'utf8'))).toMatchObject({
      schema: 1,
      example: 'arch',
      seed: SEED,
      rows: result.rows,
    });
    const page = readFileSync(join(home, 'out', 'report.html'), 'utf8');
    expect(page).toContain('OT-CFM');
    expect(page).toContain('"xaxis2"');
  });

  it('says that a diverged fit has no figure', () => {
    const { distance } = toyRow(toy, {
      ...fits[0]!,
      losses: [{ stage: 'vectorField', step: [1], training: [1], validation: [Number.NaN] }],
    });
    expect(distance).toBeNull();
  });
});

describe('two timepoints', () => {
  it('measures all cells of the first at the middle of their trajectories', () => {
    const toy = makeToy('digits', SEED);
    const job = toyJob(toy, 'ot-mfm', SEED);
    expect(job.heldOut).toEqual([]);
    const { cells, points } = job.trajectories!;
    expect(points % 2).toBe(1);
    // at the midpoint every trajectory is at a held-back image, elsewhere far away
    const { dims, heldBack } = (toy as Extract<typeof toy, { name: 'digits' }>).data;
    const path = new Float32Array(points * cells.length * dims).fill(1e3);
    for (let i = 0; i < cells.length; i++) {
      path.set(heldBack.subarray(0, dims), (((points - 1) / 2) * cells.length + i) * dims);
    }
    const times = Array.from({ length: points }, (_, k) => k / (points - 1));
    const fit = {
      method: 'ot-mfm',
      predictions: [],
      losses: [],
      trajectories: { cells, times, points: path },
    };
    expect(toyRow(toy, fit as unknown as FitResult)).toEqual({ method: 'ot-mfm', distance: 0 });
  });

  it('gives the surface to the metric only', () => {
    const toy = makeToy('surface', SEED, 20);
    const { manifold, points } = toyDataset(toy);
    expect(manifold!.length).toBe(5000 * 3);
    expect(points.length).toBe(2 * 20 * 3);
  });
});

describe('the report', () => {
  it('escapes all texts', () => {
    const hostile = '</script><img src=x onerror=alert(1)>';
    const page = renderExampleReport({
      title: hostile,
      about: hostile,
      subject: hostile,
      target: hostile,
      seed: 1,
      rows: [
        { method: 'ot-cfm', distance: 2 },
        { method: 'ot-mfm', distance: 1 },
        { method: hostile as 'ot-cfm', distance: 1 },
      ],
      figure: { data: [{ name: hostile }], layout: {}, caption: hostile },
      versions: { [hostile]: hostile },
      fits: [{ method: hostile, settings: { [hostile]: hostile } }],
      notes: [hostile],
    });
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img');
  });
});
