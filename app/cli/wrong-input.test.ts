import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, openCommandLine, writeClouds } from '../testing/command-line.ts';

const { home, meander, remove } = openCommandLine('wrong');
let file: string;

beforeAll(async () => {
  file = await writeClouds(home, 'course.h5ad', { days: [0, 1, 3], cells: [60, 50, 40] });
});
afterAll(remove);

describe('wrong use and input', () => {
  const common = ['--time', 'day', '--out', 'wrong'];
  it.each<[string, (path: string) => string[] | Promise<string[]>, RegExp[]]>([
    ['missing file', () => ['run', 'nothing.h5ad', ...common], [/nothing\.h5ad/]],
    ['not HDF5', () => ['run', MAIN, ...common], [/HDF5/, /main\.js/]],
    ['no such column', (path) => ['run', path, '--time', 'dya', '--out', 'wrong'], [/dya/, /--time/, /day/]],
    ['no such embedding', (path) => ['run', path, ...common, '--embedding', 'X_umap'], [/X_umap/, /X_pca/]],
    ['more dims than there are', (path) => ['run', path, ...common, '--dims', '9'], [/--dims/, /at most 2/]],
    ['unknown held-out', (path) => ['run', path, ...common, '--hold-out', '9'], [/--hold-out/, /9/]],
    ['held-out at an end', (path) => ['run', path, ...common, '--hold-out', '3'], [/--hold-out/, /3/]],
    ['unknown value', (path) => ['run', path, ...common, '--where', 'day=9'], [/--where/, /"9"/, /0, 1, 3/]],
    ['no condition', (path) => ['run', path, ...common, '--where', 'day'], [/--where/, /COLUMN=/]],
    ['unknown label', (path) => ['run', path, ...common, '--timepoints', '0,8'], [/--timepoints/, /"8"/]],
    ['no edits', (path) => ['run', path, ...common, '--timepoints', '0=,3'], [/--timepoints/, /LABEL/]],
    ['unknown method', (path) => ['run', path, ...common, '--method', 'magic'], [/--methods/, /ot-mfm/]],
    ['not a number', (path) => ['run', path, ...common, '--rho', 'much'], [/--rho/]],
    ['out of range', (path) => ['run', path, ...common, '--rho=-1'], [/--rho/, /-1/]],
    ['unknown flag', (path) => ['run', path, ...common, '--fast'], [/--fast/]],
    ['no time', (path) => ['run', path, '--out', 'wrong'], [/--time/, /column of obs/]],
    ['no out', (path) => ['run', path, '--time', 'day'], [/--out/]],
    ['unreadable manifest', (path) => ['run', path, ...common, '--config', MAIN], [/--config/, /main\.js/]],
    [
      'one timepoint',
      async () => ['run', await writeClouds(home, 'one.h5ad', { days: [4], cells: [20] }), ...common],
      [/one\.h5ad|day/, /two/],
    ],
    [
      'a timepoint with one cell',
      async () => [
        'run',
        await writeClouds(home, 'lone.h5ad', { days: [0, 1, 2], cells: [20, 1, 20] }),
        ...common,
      ],
      [/\b1\b/, /cell/],
    ],
    [
      'NaN in the embedding',
      async () => [
        'run',
        await writeClouds(home, 'nan.h5ad', { days: [0, 1], cells: [9, 9], poison: Number.NaN }),
        ...common,
      ],
      [/nan\.h5ad/, /obsm\/X_pca/, /cell 3/],
    ],
    [
      'infinity in the embedding',
      async () => [
        'run',
        await writeClouds(home, 'inf.h5ad', {
          days: [0, 1],
          cells: [9, 9],
          poison: Number.POSITIVE_INFINITY,
        }),
        ...common,
      ],
      [/inf\.h5ad/, /obsm\/X_pca/, /cell 3/],
    ],
    [
      'truncated',
      (path) => {
        writeFileSync(join(home, 'cut.h5ad'), readFileSync(path).subarray(0, 3000));
        return ['run', 'cut.h5ad', ...common];
      },
      [/cut\.h5ad/],
    ],
    [
      'output below a file',
      (path) => ['run', path, '--time', 'day', '--out', join(path, 'below')],
      [/--out/],
    ],
  ])('%s', async (_name, args, words) => {
    const { status, stderr } = meander(...(await args(file)));
    expect(stderr).not.toMatch(/defect of Meander|at .*\.js:\d+/);
    for (const word of words) expect(stderr).toMatch(word);
    expect(status).toBe(2);
    expect(readdirSync(home).filter((name) => name.includes('wrong') || name.includes('partial'))).toEqual(
      [],
    );
  });

  it.skipIf(process.getuid?.() === 0)('output in a folder that may not be written to', () => {
    const locked = join(home, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    const { status, stderr } = meander('run', file, '--time', 'day', '--out', join(locked, 'out'));
    expect(stderr).toMatch(/--out/);
    expect(status).toBe(2);
  });
});
