import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openH5ad } from '../../engine/io/h5ad-read.ts';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';
import { MAIN, openCommandLine } from '../testing/command-line.ts';

const SESSION = join('out', 'results.meander.h5ad');
const { home, meander, remove } = openCommandLine('export');

beforeAll(async () => {
  const random = randomStream(1, 'export cells');
  const nObs = 120;
  await writeH5ad(join(home, 'course.h5ad'), {
    nObs,
    nVars: 2,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i}`),
    varNames: ['a', 'b'],
    X: Float32Array.from({ length: nObs * 2 }, () => random.normal()),
    obs: { day: Float64Array.from({ length: nObs }, (_, i) => i % 3) },
    obsm: {
      X_pca: { values: Float32Array.from({ length: nObs * 2 }, () => random.normal()), shape: [nObs, 2] },
    },
  });
  const flags = ['--time', 'day', '--max-epochs', '5', '--trajectories', '4', '--points', '3'];
  const { status, stderr } = meander('run', 'course.h5ad', ...flags, '--out', 'out');
  expect(stderr).not.toMatch(/defect/);
  expect(status).toBe(0);
});
afterAll(remove);

it('writes several files of a session at once, and its report to the byte', async () => {
  const { status, stdout, stderr } = meander('export', SESSION, '--h5ad', 'x.h5ad', '--csv', 'x.csv');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/course\.h5ad\nWritten: x\.h5ad, x\.csv/);
  const read = (name: string) => readFileSync(join(home, name), 'utf8');
  expect(read('x.csv')).toBe(read(join('out', 'trajectories.csv')));
  const file = await openH5ad(join(home, 'x.h5ad'));
  expect(file.obsm().map(({ name }) => name)).toEqual(['X_pca', 'X_umap', 'meander_velocity']);
  expect([file.nVars, file.varNames()]).toEqual([2, ['a', 'b']]);
  file.close();
  expect(meander('report', SESSION, '--out', 'again.html').status).toBe(0);
  expect(read('again.html')).toBe(read(join('out', 'report.html')));
});

it('writes a paragraph for the methods section, beside other files or alone', () => {
  const { status, stdout } = meander('export', SESSION, '--methods', 'methods.md', '--csv', 'both.csv');
  expect(status).toBe(0);
  expect(stdout).toBe('Written: both.csv, methods.md\n');
  const text = readFileSync(join(home, 'methods.md'), 'utf8');
  const { manifest } = JSON.parse(readFileSync(join(home, 'out', 'metrics.json'), 'utf8'));
  expect(text).toContain(manifest.input.dataSha256);
  expect(text).toMatch(/^# Trajectories\n\nTrajectories were reconstructed from 120 cells of course\.h5ad/);
});

it('with growth on writes the rates as a table, and says what they are and why there is no score of genes', () => {
  const flags = ['--time', 'day', '--max-epochs', '5', '--hold-out', 'none', '--map', 'none'];
  const given = ['--method', 'ot-cfm', '--growth', 'on', '--out', 'grown'];
  const { status, stdout } = meander('run', 'course.h5ad', ...flags, ...given);
  expect(status).toBe(0);
  expect(stdout).toMatch(/relative to the mean cell of a timepoint; snapshots say nothing of totals/);
  expect(stdout).toMatch(/There is no growth score of genes\. .*0 and 0 that vary; genes are named .*a.*b/);
  const table = readFileSync(join(home, 'grown', 'growth.csv'), 'utf8');
  const lines = table.trim().split('\r\n');
  expect(lines[0]).toBe('cell,timepoint,growth_rate');
  expect(lines.length).toBe(1 + 120);
  expect(lines.filter((line) => line.endsWith(',NaN')).length).toBe(40);
  expect(lines[3]).toMatch(/^cell 2,2,NaN$/);
  const session = join('grown', 'results.meander.h5ad');
  expect(meander('export', session, '--csv', 'growth.csv', '--what', 'growth').status).toBe(0);
  expect(readFileSync(join(home, 'growth.csv'), 'utf8')).toBe(table);
});

it('finds the source when folder and session were moved together, and asks for one that is gone', () => {
  mkdirSync(join(home, 'elsewhere'));
  renameSync(join(home, 'out'), join(home, 'elsewhere', 'out'));
  renameSync(join(home, 'course.h5ad'), join(home, 'elsewhere', 'course.h5ad'));
  const session = join('elsewhere', SESSION);
  const { stdout } = meander('export', session, '--h5ad', 'moved.h5ad');
  expect(stdout).toContain(join('elsewhere', 'course.h5ad'));
  renameSync(join(home, 'elsewhere', 'course.h5ad'), join(home, 'cells.h5ad'));
  const { status, stderr } = meander('export', session, '--h5ad', 'gone.h5ad');
  expect(status).toBe(2);
  expect(stderr).toMatch(/is not there[\s\S]*--source/);
  expect(meander('export', session, '--h5ad', 'gone.h5ad', '--source', 'cells.h5ad').status).toBe(0);
  renameSync(join(home, 'elsewhere', 'out'), join(home, 'out'));
  renameSync(join(home, 'cells.h5ad'), join(home, 'course.h5ad'));
});

it('wrong use is exit status 2, in words', () => {
  expect(meander('export', SESSION)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/at least one/),
  });
  const cells = meander('export', 'course.h5ad', '--csv', 'y.csv');
  expect(cells).toMatchObject({ status: 2, stderr: expect.stringMatching(/no session of Meander/) });
  expect(meander('export', SESSION, '--csv', SESSION).status).toBe(2);
  expect(meander('export', SESSION, '--csv', join('no', 'y.csv')).stderr).toMatch(/no such folder/);
  expect(readdirSync(home)).not.toContain('y.csv');
});

it('stopped by Ctrl-C leaves nothing behind', async () => {
  for (const wait of [150, 300, 450]) {
    const child = spawn(process.execPath, [MAIN, 'export', SESSION, '--h5ad', 'stopped.h5ad'], { cwd: home });
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    await new Promise((done) => setTimeout(done, wait));
    child.kill('SIGINT');
    // before it listens, during the export, after it
    expect([null, 130, 0]).toContain(await ended);
    expect(readdirSync(home).filter((name) => name.includes('partial'))).toEqual([]);
  }
});
