import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { APOPTOSIS, PROLIFERATION } from '../dataset/growth-gene-sets.ts';
import type { InputError } from '../errors.ts';
import { type H5adContent, writeH5ad } from '../io/h5ad-write.ts';
import { openData } from '../io/open-data.ts';
import { randomStream } from '../random.ts';
import { type GrowthScoreOptions, readGrowthScore } from './growth-score.ts';

const folder = mkdtempSync(join(tmpdir(), 'meander-growth-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DEFAULTS: GrowthScoreOptions = {
  expression: null,
  expressionState: 'auto',
  targetSum: null,
  cells: null,
};
const NAMES = [...PROLIFERATION.symbols.slice(0, 30), ...APOPTOSIS.symbols.slice(0, 12), 'Actb', 'Gapdh'];
const CELLS = 60;

function counts(): Float32Array {
  const random = randomStream(2, 'growth score');
  return Float32Array.from({ length: CELLS * NAMES.length }, (_, at) => {
    const [cell, gene] = [Math.floor(at / NAMES.length), at % NAMES.length];
    const high = gene < 30 && cell % 2 === 0 ? 6 : 1;
    // the depth of a cell is not what it expresses
    return Math.floor(random.uniform() * 5 * high * (1 + (cell % 5)));
  });
}

let files = 0;
async function scoreOf(content: Partial<H5adContent>, options: Partial<GrowthScoreOptions> = {}) {
  const path = join(folder, `${files++}.h5ad`);
  const base = {
    nObs: CELLS,
    nVars: NAMES.length,
    obsNames: Array.from({ length: CELLS }, (_, i) => `cell ${i}`),
    varNames: NAMES,
  };
  await writeH5ad(path, { ...base, ...content });
  const file = await openData([path], {});
  try {
    return readGrowthScore(file, { ...DEFAULTS, ...options });
  } finally {
    file.close();
  }
}

const errorOf = async (content: Partial<H5adContent>) =>
  (await scoreOf(content).catch((error: unknown) => error)) as InputError;

describe('the growth score of a file', () => {
  it('is of counts as of their normalised logarithms', async () => {
    const X = counts();
    const totals = Array.from({ length: CELLS }, (_, i) =>
      X.subarray(i * NAMES.length, (i + 1) * NAMES.length).reduce((a, b) => a + b, 0),
    );
    const logs = X.map((x, at) => Math.log1p((1e4 * x) / totals[Math.floor(at / NAMES.length)]!));
    const ofCounts = await scoreOf({ X }, { targetSum: 1e4 });
    const ofLogs = await scoreOf({ X: logs });
    ofCounts.score.forEach((value, i) => {
      expect(value).toBeCloseTo(ofLogs.score[i]!, 4);
    });
    expect([ofCounts.proliferation.genes.length, ofCounts.apoptosis.genes.length]).toEqual([30, 12]);
  });

  it('is division less death, and high where cells divide', async () => {
    const { score, proliferation, apoptosis } = await scoreOf({ X: counts() });
    score.forEach((value, i) => {
      expect(value).toBeCloseTo(proliferation.score![i]! - apoptosis.score![i]!, 5);
    });
    const mean = (parity: number) =>
      score.reduce((sum, value, i) => sum + (i % 2 === parity ? value : 0), 0) / (CELLS / 2);
    expect(mean(0)).toBeGreaterThan(mean(1) + 0.5);
  });

  it('finds symbols beside ids of another kind in the index', async () => {
    const varNames = NAMES.map((_, j) => `ENSG${String(j).padStart(11, '0')}`);
    const { proliferation } = await scoreOf({ X: counts(), varNames, var: { gene_symbols: NAMES } });
    expect(proliferation.genes).toContain(NAMES[0]);
  });

  it('cannot be had without expression, or without such genes, and says so', async () => {
    const none = await errorOf({ nVars: 0, varNames: [] });
    expect(none.message).toMatch(/no expression/);
    const unknown = await errorOf({ X: counts(), varNames: NAMES.map((_, j) => `peak ${j}`) });
    expect(unknown.message).toMatch(/not in this file/);
    expect(unknown.detail).toMatchObject({ key: 'X', found: expect.stringMatching(/^0 and 0 .*peak 0/) });
  });
});
