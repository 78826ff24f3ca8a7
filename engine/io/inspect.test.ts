import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writeH5ad } from './h5ad-write.ts';
import { inspectData } from './inspect.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/io/', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

describe('inspectData', () => {
  it('tells cells, columns, embeddings and time columns', async () => {
    expect(await inspectData([`${FIXTURES}legacy-0.7.h5ad`])).toMatchObject({
      nObs: 12,
      nVars: 2,
      obs: [
        { name: 'day', kind: 'categorical', nUnique: 2 },
        { name: 'n', kind: 'number', nUnique: 12 },
      ],
      obsm: [{ name: 'X_pca', shape: [12, 2], problem: null }],
      timeColumns: [{ name: 'day', labels: ['day 0', 'day 7'], times: [0, 7] }],
    });
  });

  it('passes over what it cannot read', async () => {
    const { obs, obsm, timeColumns } = await inspectData([`${FIXTURES}odd.h5ad`]);
    expect(obs.every(({ nUnique }) => nUnique === null)).toBe(true);
    expect(obsm.map(({ name }) => name)).not.toContain('lost');
    expect(timeColumns).toEqual([]);
  });

  it('says what its user should know, worst first, and by another column when asked', async () => {
    const { findings } = await inspectData([`${FIXTURES}legacy-0.7.h5ad`]);
    expect(findings[0]).toMatchObject({ severity: 'warning', subject: 'obs/day' });
    expect(findings.map(({ title }) => title).join()).toMatch(/two timepoints only/);
    await expect(inspectData([`${FIXTURES}legacy-0.7.h5ad`], 'nothing')).rejects.toThrow(
      /no column "nothing"/,
    );
  });

  it('does not take velocities for a space of cells', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meander-inspect-'));
    const path = join(folder, 'velocity.h5ad');
    const matrix = { values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [4, 2] as [number, number] };
    await writeH5ad(path, {
      nObs: 4,
      nVars: 0,
      obsNames: ['a', 'b', 'c', 'd'],
      varNames: [],
      obs: { day: Float64Array.of(0, 0, 1, 1) },
      obsm: { meander_velocity: matrix },
    });
    const { findings } = await inspectData([path]);
    rmSync(folder, { recursive: true });
    expect(findings.find(({ subject }) => subject === 'obsm/meander_velocity')?.title).toMatch(/velocities/);
    expect(findings.map(({ title }) => title)).toContain('There is no embedding to fit paths in.');
  });

  it.skipIf(!existsSync(DATA))('tells what X is in real files (../shared/data)', async () => {
    const titles = async (name: string) =>
      (await inspectData([`${DATA}${name}.h5ad`])).findings.map(({ title }) => title).join(' ');
    expect(await titles('wot_subset')).toMatch(/X is log-normalised/);
    expect(await titles('cite_pca100')).toMatch(/no expression.*X_pca is the best embedding/);
    expect(await titles('anndata_v0.7.0')).toMatch(/No column says when/);
  });

  it.skipIf(!existsSync(DATA))('finds the time column of each real file (../shared/data)', async () => {
    const found = async (name: string) =>
      (await inspectData([`${DATA}${name}.h5ad`])).timeColumns.map((column) => [
        column.name,
        ...column.labels,
      ]);
    expect(await found('cite_pca100')).toEqual([['day', '2', '3', '4', '7']]);
    expect(await found('emt_10d')).toEqual([['day', '0', '1', '2', '3']]);
    expect(await found('wot_subset')).toEqual([['day', '10', '10.5', '11']]);
    expect(await found('cellrank_adata_50')).toEqual([['age(days)', '12', '35']]);
    expect(await found('anndata_v0.7.0')).toEqual([]);
    expect(await found('anndata_v0.11.4')).toEqual([]);
  });
});
