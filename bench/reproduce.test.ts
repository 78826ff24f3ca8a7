import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { MetricsRow } from '../engine/index.ts';

const root = new URL('..', import.meta.url).pathname;
const emt = join(root, '../shared/data/emt_10d.h5ad');
const folder = mkdtempSync(join(tmpdir(), 'meander-reproduce-'));
afterAll(() => rmSync(folder, { recursive: true }));

// a small part of the table's machinery: another file, since the table's own takes hours
describe.skipIf(!existsSync(emt))('npm run reproduce', () => {
  const flags = ['--file', emt, '--dims', '3', '--methods', 'ot-cfm', '--hold-out', '1,2', '--seeds', '1'];
  const reproduce = () =>
    spawnSync(process.execPath, [join(root, 'dist/bench/reproduce.js'), ...flags, '--out', folder], {
      encoding: 'utf8',
    });
  const path = join(folder, '3d.jsonl');
  const lines = () => readFileSync(path, 'utf8').trim().split('\n');

  it('writes a row a fit, the baselines and the manifest; goes on where it was', () => {
    expect(reproduce().stdout).toMatch(/2 of 2 fits to do/);
    const whole = lines();
    const rows = whole.map((line) => JSON.parse(line) as MetricsRow);
    expect(
      rows
        .filter((row) => row.method === 'ot-cfm')
        .map((row) => row.heldOut)
        .sort(),
    ).toEqual(['1', '2']);
    expect(rows.filter((row) => row.method === 'ot')).toHaveLength(2);
    expect(existsSync(join(folder, '3d.manifest.json'))).toBe(true);

    // as if it had been stopped after the first fit
    writeFileSync(path, `${whole[0]}\n`);
    expect(reproduce().stdout).toMatch(/1 of 2 fits to do/);
    const bits = (line: string) => ({ ...(JSON.parse(line) as MetricsRow), seconds: 0 });
    const sorted = (all: string[]) => all.map((line) => JSON.stringify(bits(line))).sort();
    expect(sorted(lines())).toEqual(sorted(whole));
    expect(reproduce().stdout).toMatch(/0 of 2 fits to do/);
    expect(sorted(lines())).toEqual(sorted(whole));
  });
});
