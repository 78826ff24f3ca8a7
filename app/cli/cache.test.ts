import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../engine/errors.ts';
import { createPool, type Pool } from '../../engine/host/pool.ts';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';

const MAIN = new URL('../../dist/app/cli/main.js', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'meander-cache-'));
const cache = join(home, 'cache');
const file = join(home, 'cells.h5ad');
const nObs = 50_000;
let pool: Pool;

beforeAll(async () => {
  await writeH5ad(file, {
    nObs,
    nVars: 20,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i}`),
    varNames: Array.from({ length: 20 }, (_, i) => `gene ${i}`),
    X: {
      data: Float32Array.from({ length: nObs }, (_, i) => i),
      indices: Int32Array.from({ length: nObs }, (_, i) => i % 20),
      indptr: Int32Array.from({ length: nObs + 1 }, (_, i) => i),
    },
  });
  // workers take the environment of when they start
  process.env.MEANDER_CACHE = cache;
  pool = createPool(1);
});
afterAll(async () => {
  await pool.close();
  delete process.env.MEANDER_CACHE;
  rmSync(home, { recursive: true });
});

function meander(...args: string[]): string {
  return spawnSync(process.execPath, [MAIN, 'cache', ...args], {
    encoding: 'utf8',
    env: { ...process.env, MEANDER_CACHE: cache },
  }).stdout;
}

describe('the cache of gene indexes', () => {
  it('a worker builds it with progress, reads genes from it, and the command line shows and removes it', async () => {
    const task = { path: file, key: 'X' };
    const slow = await pool.run({ kind: 'gene', ...task, column: 3 });
    expect(await pool.run({ kind: 'index state', ...task })).toMatchObject({ state: 'absent' });
    expect(meander()).toMatch(/0 gene indexes, 0.0 MB of at most 10.0 GB/);
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
    expect(await pool.run({ kind: 'index genes', ...task }, { onProgress })).toMatchObject({
      state: 'present',
    });
    expect([...stages]).toEqual(['indexing']);
    expect(await pool.run({ kind: 'gene', ...task, column: 3 })).toEqual(slow);
    const shown = meander();
    expect(shown).toContain(cache);
    expect(shown).toContain(`X of ${file}`);
    expect(shown).toMatch(/1 gene index, 0.4 MB of at most 10.0 GB/);
    expect(meander('--clear')).toMatch(/Removed 1 gene index, 0.4 MB/);
    expect(meander()).toMatch(/0 gene indexes/);
    expect(existsSync(cache)).toBe(true);
  });

  it('stopped, leaves nothing', async () => {
    const stop = new AbortController();
    const building = pool.run({ kind: 'index genes', path: file, key: 'X' }, { signal: stop.signal });
    stop.abort();
    await expect(building).rejects.toThrow(CancelledError);
    expect(meander()).toMatch(/0 gene indexes/);
  });
});
