import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metrics } from '../../engine/export/results.ts';
import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { randomStream } from '../../engine/random.ts';

/** The built command line. */
export const MAIN = new URL('../../dist/app/cli/main.js', import.meta.url).pathname;
/** A fit whose result does not matter. */
export const FAST = ['--max-epochs', '10', '--trajectories', '5', '--points', '3'];

/** A folder of its own to run commands in. */
export function openCommandLine(name: string) {
  const home = mkdtempSync(join(tmpdir(), `meander-${name}-`));
  return {
    home,
    meander(...args: string[]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
        encoding: 'utf8',
        cwd: home,
      });
      return { status, stdout, stderr };
    },
    metricsIn: (folder: string) =>
      JSON.parse(readFileSync(join(home, folder, 'metrics.json'), 'utf8')) as Metrics,
    remove: () => rmSync(home, { recursive: true }),
  };
}

/** Clouds that drift along the first dimension, with a hole to avoid nowhere: content does not matter here. */
export async function writeClouds(
  folder: string,
  name: string,
  { days, cells, poison }: { days: (number | string)[]; cells: number[]; poison?: number },
): Promise<string> {
  const random = randomStream(1, name);
  const n = cells.reduce((a, b) => a + b, 0);
  const values = new Float32Array(n * 2);
  const day = days.flatMap((label, k) => new Array<number | string>(cells[k]!).fill(label));
  for (let i = 0; i < n; i++)
    values.set([days.indexOf(day[i]!) + 0.3 * random.normal(), 0.3 * random.normal()], i * 2);
  if (poison !== undefined) values[7] = poison;
  const path = join(folder, name);
  await writeH5ad(path, {
    nObs: n,
    nVars: 0,
    obsNames: Array.from({ length: n }, (_, i) => `cell ${i}`),
    varNames: [],
    obs: { day: typeof days[0] === 'number' ? Float64Array.from(day as number[]) : (day as string[]) },
    obsm: { X_pca: { values, shape: [n, 2] } },
  });
  return path;
}
