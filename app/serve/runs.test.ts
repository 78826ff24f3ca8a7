import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../engine/config.ts';
import { CancelledError } from '../../engine/errors.ts';
import type { TrainingProgress } from '../../engine/host/protocol.ts';
import { writeExample } from '../../engine/simulate/write-example.ts';
import { LINES, type Line } from '../testing/lines.ts';

const QUICK = { seeds: 1, steps: 30, hidden: 16, trajectories: 8, points: 4, dims: 3 } as const;
const experiment = parseExperiment({
  time: 'day',
  methods: ['ot-cfm'],
  holdOut: '2',
  baselines: false,
  map: 'none',
  ...QUICK,
});
const view = { embedding: 'X_pca', components: [0, 1] };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meander-runs-line-'));
  await writeExample(join(folder, 'example.h5ad'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(LINES)('over a %s', (_, connect) => {
  let line: Line;
  let dataset: string;
  beforeAll(async () => {
    line = await connect(folder);
    ({ dataset } = await line.client.request({ kind: 'open', files: [line.handleOf('example.h5ad')] }));
  });
  afterAll(() => line.close());

  it('a training tells how it is, its run is there, followed and taken away', async () => {
    const { client } = line;
    const told: TrainingProgress[] = [];
    const info = await client.request(
      { kind: 'train', dataset, experiment },
      { onProgress: ({ training }) => training && told.push(training) },
    );
    expect(told.at(-1)!.fits.map(({ heldOut, state }) => [heldOut, state])).toEqual([
      [[], 'done'],
      [['2'], 'done'],
    ]);
    const { run } = info;
    expect(await client.request({ kind: 'runs', dataset })).toEqual([info]);
    const results = await client.request({ kind: 'run', dataset, run });
    expect(results.info).toEqual(info);
    const mean = results.metrics.summary.find(({ heldOut }) => heldOut === null)!;
    expect(info.means).toEqual([{ method: 'ot-cfm', w1Mean: mean.w1Mean, w1Sd: null, seeds: 1 }]);
    const cells = { cells: null, from: 0, most: 5 };
    const [first, next] = results.timepoints.times as [number, number];
    const ofFit = { dataset, run, fit: results.shown, ...view, ...cells };
    const followed = await client.request({ kind: 'follow', ...ofFit, times: [next], straight: false });
    expect(followed.times).toEqual([first, next]);
    expect(followed.positions).toBeInstanceOf(Float32Array);
    expect(followed.positions.length).toBe(2 * 5 * 2);
    const target = await line.target('metrics.json');
    const { bytes } = await client.request({
      kind: 'export run',
      dataset,
      run,
      what: 'metrics.json',
      target,
    });
    const written = await line.written(target);
    expect(written.length).toBe(bytes);
    expect(JSON.parse(written.toString())).toEqual(JSON.parse(JSON.stringify(results.metrics)));
  });

  it('one that is cancelled leaves nothing', async () => {
    const stop = new AbortController();
    const before = await line.client.request({ kind: 'runs', dataset });
    const endless = { ...experiment, steps: 1_000_000, patience: 1_000_000 };
    const training = line.client.request(
      { kind: 'train', dataset, experiment: endless },
      { signal: stop.signal, onProgress: ({ training }) => training && stop.abort() },
    );
    await expect(training).rejects.toBeInstanceOf(CancelledError);
    expect(await line.client.request({ kind: 'runs', dataset })).toEqual(before);
  });
});
