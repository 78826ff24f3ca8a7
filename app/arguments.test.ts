import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pathsIn } from './arguments.ts';

const home = mkdtempSync(join(tmpdir(), 'meander-arguments-'));
mkdirSync(join(home, 'matrix folder'));
writeFileSync(join(home, 'matrix folder', 'sample_matrix.mtx.gz'), '');
mkdirSync(join(home, 'other folder'));
afterAll(() => rmSync(home, { recursive: true }));

it('finds data files and matrix folders, relative to where the command was given', () => {
  const argv = [
    'meander',
    '--user-data-dir=x.h5ad',
    'main.js',
    'a.H5AD',
    'matrix folder',
    'other folder',
    '.',
  ];
  expect(pathsIn(argv, home)).toEqual([join(home, 'a.H5AD'), join(home, 'matrix folder')]);
});

it('never takes the program itself for data', () => {
  expect(pathsIn(['/opt/program.h5ad'], home)).toEqual([]);
});
