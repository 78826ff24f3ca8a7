import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openH5ad } from '../../engine/io/h5ad-read.ts';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';
import { FAST, openCommandLine } from '../testing/command-line.ts';

const WOT = new URL('../../../shared/data/wot_subset.h5ad', import.meta.url).pathname;
const { home, meander, metricsIn, remove } = openCommandLine('counts');
afterAll(remove);

const distances = (folder: string) =>
  metricsIn(folder)
    .rows.filter(({ method }) => method === 'auto')
    .map(({ seconds: _, ...row }) => row);

/** Counts of cells whose genes rise and fall with the day. */
async function writeCounts(name: string, days: number[], column: 'day' | 'none' = 'day'): Promise<string> {
  const random = randomStream(5, name);
  const [nObs, nVars] = [40 * days.length, 60];
  const X = new Float32Array(nObs * nVars);
  for (let i = 0; i < nObs; i++) {
    const time = days[i % days.length]! + 0.5 * random.uniform();
    for (let j = 0; j < nVars; j++)
      X[i * nVars + j] = Math.floor(-Math.log(random.uniform()) * 3 * (1 + Math.sin(time / 2 + j)));
  }
  const path = join(home, name);
  await writeH5ad(path, {
    nObs,
    nVars,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i}`),
    varNames: Array.from({ length: nVars }, (_, j) => `gene ${j}`),
    X,
    obs:
      column === 'day' ? { day: Float64Array.from({ length: nObs }, (_, i) => days[i % days.length]!) } : {},
  });
  return path;
}

describe('counts', () => {
  it('go to trajectories and a map with the time column as only option, and again to the same bits', async () => {
    const file = await writeCounts('counts.h5ad', [0, 2, 5]);
    const { status, stderr } = meander('run', file, '--time', 'day', '--out', 'run', ...FAST);
    expect(status).toBe(0);
    expect(stderr).toMatch(/computed from X, which holds counts/);
    const [header, first] = readFileSync(join(home, 'run', 'trajectories.csv'), 'utf8').split('\r\n');
    expect(header).toMatch(/,X_pca_50,X_umap_1,X_umap_2,cellDistance$/);
    expect(first!.split(',').length).toBe(3 + 50 + 2 + 1);
    expect(distances('run')).toMatchObject([{ heldOut: '2', w1: expect.any(Number) }]);
    const again = meander(
      'run',
      file,
      '--config',
      join('run', 'manifest.json'),
      '--out',
      'again',
      '--workers',
      '1',
    );
    expect(again.status).toBe(0);
    for (const result of ['trajectories.csv', 'manifest.json'])
      expect(readFileSync(join(home, 'again', result), 'utf8')).toBe(
        readFileSync(join(home, 'run', result), 'utf8'),
      );
    expect(distances('again')).toEqual(distances('run'));

    const exported = meander('export', 'run/results.meander.h5ad', '--h5ad', 'run/all.h5ad');
    expect(exported.status).toBe(0);
    const all = await openH5ad(join(home, 'run', 'all.h5ad'));
    expect(all.obsm().map(({ name }) => name)).toEqual(['X_pca', 'X_umap', 'meander_velocity']);
    all.close();
  });

  it('are embedded once, and a fit from there is what the same protocol gives from the counts', async () => {
    const file = await writeCounts('one.h5ad', [0, 1, 2]);
    expect(meander('embed', file, '--dims', '6', '--out', 'embedded.h5ad').status).toBe(0);
    const common = ['--time', 'day', '--dims', '6', '--protocol', 'paper', '--map', 'none', ...FAST];
    expect(meander('run', file, ...common, '--out', 'from-counts').status).toBe(0);
    expect(meander('run', 'embedded.h5ad', ...common, '--out', 'from-embedded').status).toBe(0);
    expect(distances('from-embedded')).toEqual(distances('from-counts'));
    expect(existsSync(join(home, 'from-counts', 'report.html'))).toBe(true);
  });

  it('of several files are joined, with the times that their names say', async () => {
    const files = await Promise.all([0, 3, 7].map((day) => writeCounts(`day${day}.h5ad`, [day], 'none')));
    const { status, stderr } = meander('run', ...files, '--out', 'joined', ...FAST);
    expect(status).toBe(0);
    expect(stderr).toMatch(/timepoints day0 \(40\), day3 \(40\), day7 \(40\)/);
    expect(distances('joined')).toMatchObject([{ heldOut: 'day3' }]);
    const exported = meander('export', 'joined/results.meander.h5ad', '--h5ad', 'joined/all.h5ad');
    expect(exported.status).toBe(2);
    expect(exported.stderr).toMatch(/meander embed/);
  });
});

describe('wrong input', () => {
  it.each<[string, string[], RegExp[]]>([
    ['a limit that no cell passes', ['--min-counts', '1e9'], [/No cell passes/, /take no part/]],
    ['a share above 1', ['--max-mitochondrial', '20'], [/--max-mitochondrial/]],
    ['no such matrix', ['--expression', 'layers/raw'], [/no such matrix/, /one of: X/]],
    ['no such map', ['--map', 'X_tsne'], [/X_tsne/, /--map/]],
    ['genes by a batch that is not named', ['--genes-by-batch'], [/--batch/]],
    ['more dimensions than there are', ['--dims', '300'], [/--dims/, /at most/]],
  ])('%s: exit status 2 and what to do', async (_, flags, wanted) => {
    const file = existsSync(join(home, 'wrong.h5ad'))
      ? join(home, 'wrong.h5ad')
      : await writeCounts('wrong.h5ad', [0, 1, 2]);
    const { status, stderr } = meander('run', file, '--time', 'day', '--out', 'wrong', ...flags);
    expect(status).toBe(2);
    for (const pattern of wanted) expect(stderr).toMatch(pattern);
    expect(stderr).toMatch(/to do:/);
    expect(existsSync(join(home, 'wrong'))).toBe(false);
  });
});

it.skipIf(!existsSync(WOT))(
  'a real file of log-normalised genes goes through with its time column alone',
  () => {
    const { status, stderr } = meander('run', WOT, '--time', 'day', '--out', 'wot', ...FAST);
    expect(status).toBe(0);
    expect(stderr).toMatch(/log-normalised values/);
    expect(distances('wot')).toMatchObject([{ heldOut: '10.5' }]);
  },
);
