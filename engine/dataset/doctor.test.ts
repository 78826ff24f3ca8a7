import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../config.ts';
import type { InputError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { ObsColumn } from './anndata.ts';
import { diagnose } from './doctor.ts';
import { parseCondition } from './edit-flags.ts';
import type { DatasetFacts } from './finding.ts';
import { type MatrixState, matrixFacts } from './matrix-state.ts';
import { timepointsFromColumn } from './timepoints.ts';

const days = (...counts: number[]): ObsColumn => ({
  kind: 'number',
  values: Float64Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k))),
});
const healthy: DatasetFacts = {
  nObs: 300,
  nVars: 10,
  X: { state: 'counts', notFinite: 0, emptyCells: 0, max: 9 },
  expression: { key: 'X', state: 'counts' },
  time: { name: 'day', timepoints: timepointsFromColumn(days(100, 100, 100), 'day') },
  embeddings: [{ name: 'X_pca', dims: 50, problem: null, loadings: true }],
  timeProblem: null,
  duplicatedCells: 0,
  duplicatedGenes: 0,
  batches: [],
  doublets: [],
  quality: [],
  unreadable: [],
};
const titles = (changed: Partial<DatasetFacts>) =>
  diagnose({ ...healthy, ...changed }).map(({ severity, title }) => `${severity}: ${title}`);
const withDays = (...counts: number[]) => ({
  time: { name: 'day', timepoints: timepointsFromColumn(days(...counts), 'day') },
});

describe('diagnose', () => {
  it('has only notes for a file that is fine', () => {
    expect(diagnose(healthy).every(({ severity }) => severity === 'note')).toBe(true);
  });

  it.each<[string, Partial<DatasetFacts>, RegExp]>([
    ['no time', { time: null }, /error: No column says when/],
    ['few cells', withDays(100, 20, 100), /warning: Few cells at 1/],
    ['two timepoints', withDays(100, 100), /warning: There are two timepoints only/],
    ['uneven', withDays(2100, 100, 100), /note: Timepoints differ much/],
    ['no X', { X: null }, /note: The file has no expression/],
    ['NaN in X', { X: { ...healthy.X!, notFinite: 3 } }, /warning: X has values that are no numbers/],
    ['scaled X', { X: { ...healthy.X!, state: 'scaled' } }, /note: X is scaled/],
    ['names twice', { duplicatedGenes: 2 }, /warning: 2 names of genes/],
    ['doublets', { doublets: [{ name: 'doublet', value: 'True' }] }, /note: doublet marks doublets/],
    ['quality', { quality: ['n_genes'] }, /note: Quality of the cells is measured: n_genes/],
    ['X by genes', { X: { unread: 'stored by genes' } }, /note: X was not looked at/],
    ['no embedding', { embeddings: [] }, /note: Principal components will be computed from X/],
    ['neither embedding nor counts', { embeddings: [], expression: null }, /error: There is no embedding/],
    [
      'a map only',
      { embeddings: [{ name: 'X_umap', dims: 2, problem: null, loadings: false }], expression: null },
      /error: There is no embedding/,
    ],
    [
      'no loadings',
      { embeddings: [{ name: 'X_pca', dims: 50, problem: null, loadings: false }] },
      /note: These components come without/,
    ],
    ['a fit', {}, /note: A fit takes about \d+ (s|min) and \d+\.\d GB/],
  ])('%s', (_, changed, expected) => {
    expect(titles(changed).some((title) => expected.test(title))).toBe(true);
  });

  it('says what keeps a column from being the time, rather than that there is none', () => {
    const one = days(100, 1, 100);
    const error = (() => {
      try {
        timepointsFromColumn(one, 'day');
      } catch (e) {
        return e as InputError;
      }
    })()!;
    const [first] = diagnose({ ...healthy, time: null, timeProblem: { name: 'day', error } });
    expect(first).toMatchObject({ severity: 'error', subject: 'obs/day' });
    expect(`${first!.title} ${first!.reason}`).toMatch(/only one cell.*one cell at: 1/);
    expect(first!.action!.label).toMatch(/--timepoints/);
  });

  it('types the value that leaves doublets out, and offers the same as a change', () => {
    const doublets = [{ name: 'DF.class', value: 'Doublet' }];
    const { action } = diagnose({ ...healthy, doublets }).find(({ subject }) => subject === 'obs/DF.class')!;
    const typed = /--where '(.*)'/.exec(action!.label)![1]!;
    expect(action!.change).toEqual({ where: [parseCondition(typed)] });
  });

  it('prefers an integrated embedding to PCA, and never one that cannot serve', () => {
    const embedding = (name: string, problem: string | null = null) => ({
      name,
      dims: 30,
      problem,
      loadings: true,
    });
    const best = (...embeddings: DatasetFacts['embeddings']) =>
      diagnose({ ...healthy, embeddings }).find(({ action }) => action?.change?.embedding)?.action?.change
        ?.embedding;
    expect(best(embedding('X_pca'), embedding('X_pca_harmony'), embedding('X_umap'))).toBe('X_pca_harmony');
    expect(best(embedding('X_pca'), embedding('X_scVI', 'NaN'))).toBeUndefined();
    expect(best(embedding('X_pca'), embedding('X_emb'), embedding('X_umap'))).toBe('X_emb');
  });

  it('tells a batch that is confounded with time from one that is not', () => {
    const batch = (f: (i: number) => number) => ({
      batches: [{ name: 'batch', codes: Int32Array.from({ length: 300 }, (_, i) => f(i)) }],
    });
    const confounded = /Each value of batch occurs at one timepoint only/;
    expect(titles(batch((i) => Math.floor(i / 50))).some((title) => confounded.test(title))).toBe(true);
    expect(titles(batch((i) => i % 2)).some((title) => confounded.test(title))).toBe(false);
    expect(titles(batch((i) => Math.floor(i / 150))).some((title) => confounded.test(title))).toBe(false);
  });

  it('every change that it offers is one that the configuration takes', () => {
    const changes = diagnose({
      ...healthy,
      ...withDays(100, 20, 100, 90),
      embeddings: [{ name: 'X_scVI', dims: 10, problem: null, loadings: false }],
    }).flatMap(({ action }) => (action?.change ? [action.change] : []));
    expect(changes.length).toBeGreaterThan(1);
    for (const change of changes)
      expect(() => parseExperiment({ time: 'day', methods: ['ot-mfm'], seeds: 1, ...change })).not.toThrow();
  });
});

describe('what was done to X', () => {
  const genes = 200;
  /** 60 cells of Poisson-like counts of different depth, transformed */
  function sample(transform: (row: number[]) => number[]) {
    const random = randomStream(1, 'matrix state');
    const data: number[] = [];
    const indptr = [0];
    for (let row = 0; row < 60; row++) {
      const depth = 1 + row / 10;
      const counts = Array.from({ length: genes }, () => Math.floor(depth * random.normal() ** 2));
      data.push(...transform(counts).filter((value) => value !== 0));
      indptr.push(data.length);
    }
    return { data, indptr };
  }
  const normalize = (row: number[]) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => Math.fround((1e4 * value) / sum));
  };
  it.each<[MatrixState, (row: number[]) => number[]]>([
    ['counts', (row) => row],
    ['normalized', normalize],
    ['log-normalized', (row) => normalize(row).map((value) => Math.fround(Math.log1p(value)))],
    // half of the genes are gone since
    [
      'log-normalized',
      (row) =>
        normalize(row)
          .map(Math.log1p)
          .slice(0, genes / 2),
    ],
    ['scaled', (row) => normalize(row).map((value) => Math.log1p(value) - 2)],
  ])('%s', (state, transform) => {
    expect(matrixFacts(sample(transform)).state).toBe(state);
  });

  it('counts what is no number, and cells without expression', () => {
    expect(matrixFacts({ data: [1, Number.NaN, 2], indptr: [0, 2, 2, 3] })).toMatchObject({
      notFinite: 1,
      emptyCells: 1,
      state: 'counts',
    });
    expect(matrixFacts({ data: [], indptr: [0, 0] }).state).toBe('unknown');
  });

  it('does not take counts with one wrong value for scaled values', () => {
    expect(matrixFacts({ data: [3, 1, -1, 2], indptr: [0, 2, 4] }).state).toBe('unknown');
    const logs = Array.from({ length: 200 }, (_, i) => (i === 7 ? -1e-7 : 0.3 + (i % 3)));
    expect(matrixFacts({ data: logs, indptr: [0, 100, 200] }).state).toBe('unknown');
    expect(matrixFacts({ data: [0.3, 1.5, -1, 2], indptr: [0, 2, 4] }).state).toBe('scaled');
  });
});
