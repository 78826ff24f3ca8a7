import type { Colouring, EmbeddingInfo, GeneInfo, OpenedDataset } from '../../engine/host/protocol.ts';

/** Cells that part into two branches over five days; the same for the same number. */
export interface FakeData {
  nObs: number;
  umap: Float32Array;
  pca: Float32Array;
  day: Int32Array;
  cellType: Int32Array;
  cluster: Int32Array;
  nGenes: Float32Array;
}

export const DAYS = ['0', '3', '6', '9', '12'];
export const CELL_TYPES = ['Stem cells', 'Progenitors', 'Neurons', 'Glia', 'Cycling'];
const CLUSTERS = 24;
const GENES = ['Pou5f1', 'Nanog', 'Sox2', 'Pax6', 'Tubb3', 'Gfap', 'Olig2', 'Mki67', 'Actb', 'Gapdh'];

/** A generator of [0, 1) (Park & Miller); good enough for what is only looked at. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export function makeFakeData(nObs = 6000): FakeData {
  const next = uniform(20);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const umap = new Float32Array(2 * nObs);
  const pca = new Float32Array(2 * nObs);
  const day = new Int32Array(nObs);
  const cellType = new Int32Array(nObs);
  const cluster = new Int32Array(nObs);
  const nGenes = new Float32Array(nObs);
  for (let i = 0; i < nObs; i++) {
    const timepoint = Math.floor(next() * DAYS.length);
    const t = Math.min(1, Math.max(0, (timepoint + 0.35 * normal()) / (DAYS.length - 1)));
    const side = next() < 0.6 ? 1 : -1;
    const part = Math.max(0, t - 0.35);
    umap[2 * i] = 12 * t + 0.5 * normal();
    umap[2 * i + 1] = side * 9 * part + 2 * Math.sin(4 * t) + (0.45 + 0.5 * t) * normal();
    pca[2 * i] = 20 * t + 2 * normal();
    pca[2 * i + 1] = side * 14 * part + 2 * normal();
    day[i] = timepoint;
    cellType[i] = next() < 0.08 ? 4 : part === 0 ? 0 : t < 0.55 ? 1 : side > 0 ? 2 : 3;
    cluster[i] = Math.min(CLUSTERS - 1, Math.floor(t * 12) + (side > 0 ? 0 : 12));
    nGenes[i] = next() < 0.01 ? Number.NaN : Math.round(2800 + 700 * normal() + 600 * t);
  }
  return { nObs, umap, pca, day, cellType, cluster, nGenes };
}

export const fakeGenes = (text: string): GeneInfo[] =>
  GENES.map((name, column) => ({ name, id: `ENSMUSG000000${24406 + column}`, column })).filter(
    ({ name, id }) => [name, id].some((one) => one.toLowerCase().includes(text.toLowerCase())),
  );

export function fakeExpression({ nObs, umap }: FakeData, column: number): Float32Array {
  const next = uniform(column + 7);
  return Float32Array.from({ length: nObs }, (_, i) => {
    const mean = Math.max(0, Math.sin(umap[2 * i]! / 3 + column) + umap[2 * i + 1]! / 12);
    return next() < Math.exp(-2 * mean) ? 0 : Math.max(0, mean * (1 + next()));
  });
}

export function fakeColumn(data: FakeData, column: string): Colouring {
  const categories = (codes: Int32Array, names: string[], ordered = false): Colouring => ({
    kind: 'categories',
    codes,
    names,
    ordered,
  });
  if (column === 'day') return categories(data.day, DAYS, true);
  if (column === 'cell_type') return categories(data.cellType, CELL_TYPES);
  if (column === 'n_genes') return { kind: 'numbers', values: data.nGenes };
  if (column === 'leiden')
    return categories(
      data.cluster,
      Array.from({ length: CLUSTERS }, (_, k) => `cluster ${k}`),
    );
  return categories(
    data.day.map((code, i) => (i % 17 === 0 ? 1 : code === 9 ? -1 : 0)),
    ['False', 'True'],
  );
}

export const EMBEDDINGS: EmbeddingInfo[] = [
  { name: 'X_pca', dims: 50, problem: null, computed: false },
  { name: 'X_umap', dims: 2, problem: null, computed: false },
  { name: 'X_diffmap', dims: 15, problem: 'Some cells have values that are no numbers.', computed: false },
];

export function fakeDataset(data: FakeData, change: Partial<OpenedDataset> = {}): OpenedDataset {
  return {
    dataset: 'd1',
    name: 'embryoid_bodies.h5ad',
    nObs: data.nObs,
    nVars: 17580,
    obs: [
      { name: 'day', kind: 'categorical', nUnique: 5 },
      { name: 'cell_type', kind: 'categorical', nUnique: 5 },
      { name: 'leiden', kind: 'categorical', nUnique: CLUSTERS },
      { name: 'doublet', kind: 'boolean', nUnique: 2 },
      { name: 'n_genes', kind: 'number', nUnique: 2104 },
    ],
    embeddings: EMBEDDINGS,
    timeColumns: [
      {
        name: 'day',
        labels: DAYS,
        times: DAYS.map(Number),
        reason: 'the name says time; 5 values, plain numbers or an order',
      },
    ],
    otherColumns: [
      { name: 'cell_type', reason: 'The label "Stem cells" cannot be read as a time.' },
      { name: 'leiden', reason: 'the name says something else; 24 values, labels with "cluster"' },
      { name: 'doublet', reason: 'true or false' },
      { name: 'n_genes', reason: '2104 different values: a measurement' },
    ],
    findings: [
      {
        severity: 'warning',
        subject: 'obs/day',
        title: 'Few cells at 12.',
        reason: 'Below 50 cells a timepoint says little about its population.',
        action: {
          label: 'Leave these timepoints out, or merge them with their neighbours.',
          change: { timepoints: DAYS.slice(0, 4).map((label) => ({ labels: [label] })) },
        },
      },
      {
        severity: 'note',
        subject: 'X',
        title: 'X holds counts.',
        reason: 'Told by a sample of its cells.',
      },
      {
        severity: 'note',
        subject: 'obsm/X_umap',
        title: 'This is a map for the eye.',
        reason: 'Distances in it mean little, so paths are not fitted there.',
      },
      {
        severity: 'note',
        subject: 'obs/doublet',
        title: 'doublet marks doublets.',
        reason: 'Doublets lie between populations, where paths go.',
        action: {
          label: "Leave them out: --where 'doublet!=True'.",
          change: { where: [{ column: 'doublet', drop: ['True'] }] },
        },
      },
      {
        severity: 'note',
        subject: 'fit',
        title: 'A fit takes about 4 min and 0.4 GB.',
        reason: '50 dimensions of X_pca, on one core; each held-out timepoint is one more fit.',
      },
    ],
    notes: [],
    ...change,
  };
}
