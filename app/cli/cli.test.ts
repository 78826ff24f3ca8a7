import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAST, MAIN, openCommandLine, writeClouds } from '../testing/command-line.ts';

const { home, meander, metricsIn, remove } = openCommandLine('cli');
let file: string;

beforeAll(async () => {
  file = await writeClouds(home, 'course.h5ad', { days: [0, 1, 3], cells: [60, 50, 40] });
});
afterAll(remove);

/** Everything that is promised to have the same bits. */
function bits(folder: string) {
  const { rows, summary, manifest } = metricsIn(folder);
  return {
    rows: rows.map(({ seconds: _, ...row }) => row),
    summary,
    fits: manifest.fits,
    trajectories: readFileSync(join(home, folder, 'trajectories.csv'), 'utf8'),
  };
}

describe('inspect', () => {
  it('gives the promised JSON', () => {
    const { status, stdout } = meander('inspect', file, '--json');
    expect(status).toBe(0);
    const { findings, ...inspection } = JSON.parse(stdout);
    expect(findings.map(({ severity }: { severity: string }) => severity)).toContain('note');
    expect(inspection).toEqual({
      nObs: 150,
      nVars: 0,
      otherColumns: [],
      obs: [{ name: 'day', kind: 'number', nUnique: 3 }],
      obsm: [{ name: 'X_pca', shape: [150, 2], problem: null }],
      timeColumns: [
        {
          name: 'day',
          labels: ['0', '1', '3'],
          times: [0, 1, 3],
          reason: expect.stringMatching(/the name says time/),
        },
      ],
    });
  });

  it('goes to its end where who reads along stops', () => {
    const command = `"${process.execPath}" "${MAIN}" inspect "${file}" | true`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', cwd: home });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('gives tables for a person', () => {
    const { status, stdout } = meander('inspect', file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/150 cells/);
    expect(stdout).toMatch(/X_pca.*150 × 2/);
  });
});

describe('run and evaluate', () => {
  it('run writes all outputs: held-out distances, trajectories through all timepoints, a report', () => {
    const { status, stderr, stdout } = meander(
      'run',
      file,
      '--time',
      'day',
      '--growth',
      'off',
      '--out',
      'run',
      ...FAST,
    );
    expect(stderr).not.toMatch(/defect/);
    expect(status).toBe(0);
    expect(stdout).toMatch(/auto/);
    expect(readdirSync(join(home, 'run')).sort()).toEqual([
      'manifest.json',
      'metrics.json',
      'report.html',
      'results.meander.h5ad',
      'trajectories.csv',
    ]);
    const { schema, rows, summary, manifest } = metricsIn('run');
    expect(schema).toBe(1);
    expect(rows.map(({ method }) => method)).toEqual(['auto', 'ot', 'random', 'previous', 'next']);
    expect(rows[0]).toMatchObject({ method: 'auto', heldOut: '1', seed: 42 });
    expect(rows[0]!.w1).toBeGreaterThan(0);
    const ofAuto = summary.filter(({ method }) => method === 'auto');
    expect(ofAuto.map((row) => row.heldOut)).toEqual(['1', null]);
    expect(manifest.input).toMatchObject({
      name: 'course.h5ad',
      dataSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const [head, ...lines] = readFileSync(join(home, 'run', 'trajectories.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(head!.split(',').slice(0, 3)).toEqual(['trajectory', 'cell', 'time']);
    // five trajectories, three points in each of two intervals, the inner end shared
    expect(lines).toHaveLength(5 * 5);
    expect(lines.slice(0, 5).map((line) => Number(line.split(',')[2]))).toEqual([0, 0.5, 1, 2, 3]);
    expect(existsSync(join(home, 'run', 'report.html'))).toBe(true);
  });

  it('the same bits at every run, for any number of workers, and from the manifest', () => {
    const args = ['evaluate', file, '--time', 'day', '--seeds', '2', ...FAST];
    expect(meander(...args, '--out', 'one', '--workers', '1').status).toBe(0);
    expect(meander(...args, '--out', 'three', '--workers', '3').status).toBe(0);
    expect(bits('three')).toEqual(bits('one'));
    const again = meander('evaluate', file, '--config', join(home, 'one', 'manifest.json'), '--out', 'again');
    expect(again.stderr).not.toMatch(/expected/);
    expect(bits('again')).toEqual(bits('one'));
    const other = meander(
      'evaluate',
      file,
      '--config',
      join(home, 'one', 'manifest.json'),
      '--seed',
      '7',
      '--out',
      'other',
    );
    expect(other.status).toBe(0);
    const fitted = metricsIn('other').rows.filter((row) => ['auto', 'ot-cfm'].includes(row.method));
    expect(fitted.map((row) => row.seed)).toEqual([7, 8, 7, 8]);
    expect(bits('other').rows[0]!.w1).not.toBe(bits('one').rows[0]!.w1);
  });

  it('edited timepoints and a subset are used, said, and come back from the manifest', () => {
    const chosen = ['--timepoints', '0,1=1.5 as middle,3=4', '--where', 'day=0..5'];
    const first = meander(
      'evaluate',
      file,
      '--time',
      'day',
      ...chosen,
      '--seeds',
      '1',
      ...FAST,
      '--out',
      'edited',
    );
    expect(first.stderr).toMatch(/timepoints 0 \(\d+\), middle \(\d+\), 3/);
    expect(first.stderr).toMatch(/day is 0 to 5 leaves out 0 cells/);
    expect(first.status).toBe(0);
    expect(metricsIn('edited').rows[0]!.heldOut).toBe('middle');
    const again = meander(
      'evaluate',
      file,
      '--config',
      join(home, 'edited', 'manifest.json'),
      '--out',
      'edited2',
    );
    expect(again.status).toBe(0);
    expect(bits('edited2')).toEqual(bits('edited'));
  });

  it('NaN in the embedding of a cell that takes no part is no obstacle', async () => {
    const days = { days: [0, 1, 2, 3], cells: [20, 30, 30, 30], poison: Number.NaN };
    const poisoned = await writeClouds(home, 'poisoned.h5ad', days);
    const run = (...more: string[]) =>
      meander('run', poisoned, '--time', 'day', '--out', 'poisoned', ...FAST, ...more);
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringMatching(/NaN.*cell 3/) });
    expect(run('--timepoints', '1,2,3')).toMatchObject({ status: 0 });
    expect(metricsIn('poisoned').rows[0]!.w1).toBeGreaterThan(0);
    const report = meander('report', 'poisoned/results.meander.h5ad', '--out', 'poisoned.html');
    expect(report).toMatchObject({ status: 0 });
    expect(readFileSync(join(home, 'poisoned.html'))).toEqual(
      readFileSync(join(home, 'poisoned', 'report.html')),
    );
  });

  it('two timepoints: run works without distances and says so, evaluate says why it cannot', async () => {
    const two = await writeClouds(home, 'two.h5ad', { days: ['d0', 'd2'], cells: [30, 20] });
    const run = meander('run', two, '--time', 'day', '--out', 'two', ...FAST);
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/two timepoints only/);
    expect(metricsIn('two').rows).toEqual([]);
    expect(meander('evaluate', two, '--time', 'day', '--out', 'two-e', ...FAST)).toMatchObject({ status: 2 });
    expect(existsSync(join(home, 'two-e'))).toBe(false);
  });

  it('a timepoint with fewer cells than a minibatch works', async () => {
    const few = await writeClouds(home, 'few.h5ad', { days: [0, 1, 2], cells: [200, 9, 150] });
    expect(meander('run', few, '--time', 'day', '--out', 'few', ...FAST).status).toBe(0);
    expect(metricsIn('few').rows[0]!.w1).toBeGreaterThan(0);
  });
});

describe('Ctrl-C', () => {
  it('stops in the middle of a training that would last for hours, and leaves no process and no file', async () => {
    const before = readdirSync(home);
    const args = [
      'evaluate',
      file,
      '--time',
      'day',
      '--out',
      'stopped',
      '--patience',
      '1000',
      '--max-epochs',
      '1000000',
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: home });
    await new Promise((resolve) => child.stderr.once('data', resolve)); // it says what it read, then trains
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    const status = await ended(child);
    expect(status).toBe(130);
    expect(readdirSync(home)).toEqual(before);
  });
});

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));
