import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../compute/kernels.ts';
import { loadKernels } from '../compute/wasm.ts';
import { parseExperiment } from '../config.ts';
import { CancelledError } from '../errors.ts';
import { type FitJob, type FitResult, runFitJob } from '../evaluate/held-out.ts';
import type { SharedDataset } from '../evaluate/space.ts';
import { givenSettings, resolveFitSettings } from '../presets.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { choiceWords, triedWords } from './words.ts';

const go = { shouldStop: () => false, onProgress: () => {} };
let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels({ megabytes: 64 });
});

type Value = (random: RandomStream, row: number, dim: number, timepoint: number) => number;
const drift: Value = (random, _row, dim, k) => 0.4 * random.normal() + (dim === 0 ? 2 * k : Math.sin(k));

interface Made {
  times?: number[];
  dims?: number;
  value?: Value;
  /** cells of each timepoint */
  cells?: number[];
}

/** Four timepoints of 30 cells, unless told otherwise, of one cell type. */
function dataset({ times = [0, 1, 2, 4], dims = 3, value = drift, cells }: Made): SharedDataset {
  const counts = cells ?? times.map(() => 30);
  const random = randomStream(1, 'fall-backs');
  const cellTimepoint = Int32Array.from(counts.flatMap((n, k) => new Array<number>(n).fill(k)));
  const points = Float32Array.from({ length: cellTimepoint.length * dims }, (_, at) => {
    const row = Math.floor(at / dims);
    return value(random, row, at % dims, cellTimepoint[row]!);
  });
  const cellType = { codes: new Int32Array(cellTimepoint.length), names: ['fibroblast'] };
  return { dims, points, cellTimepoint, times, timeScale: 'index', cellType, batch: null, manifold: null };
}

const QUICK = { hidden: 16, minibatch: 16, metricEpochs: 5, maxEpochs: 20, steps: 30 };

function run(
  data: SharedDataset,
  heldOut: number[],
  extra: Record<string, unknown> = {},
  hooks: Parameters<typeof runFitJob>[3] = go,
): FitResult {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...QUICK, ...extra });
  const job: FitJob = {
    ...{ method: 'auto', heldOut, seed: 3, wideBackend: 'auto' },
    settings: resolveFitSettings(config, { method: 'auto', dims: data.dims, heldOut }),
    given: givenSettings(config),
    trajectories: { cells: Int32Array.of(0, 1), points: 3 },
  };
  return runFitJob(kernels, data, job, hooks);
}

const DAYS = ['0', '1', '2', '4'];

/** All that a fit found, without how long it took. */
const found = ({ seconds: _seconds, ...rest }: FitResult) => rest;

function expectFigures({ predictions, trajectories, notes, choices }: FitResult, observed: number) {
  expect(choices!.intervals.length).toBe(observed - 1);
  for (const { question, answers, taken } of choices!.evidence) {
    expect(answers.length, question).toBeGreaterThan(1);
    expect(answers[taken]!.w1Ratio, question).toBeLessThanOrEqual(1.02);
    expect(answers[taken]!.expectedRatio, question).toBeLessThanOrEqual(1);
    for (const ratio of answers.flatMap(({ w1Ratio, energyRatio }) => [w1Ratio, energyRatio]))
      expect(ratio === null || (Number.isFinite(ratio) && ratio > 0), question).toBe(true);
  }
  const fit = { ...choices!, triedOn: choices!.triedOn.map(String), observed: DAYS.slice(0, observed) };
  expect(triedWords(fit)).not.toMatch(/NaN|undefined/);
  expect(JSON.stringify(choiceWords(fit))).not.toMatch(/NaN|undefined|Infinity/);
  expect(trajectories!.points.every(Number.isFinite)).toBe(true);
  for (const { distances, points, mass } of predictions) {
    if (distances === null) throw new Error(`no figures: ${notes.join(' ')}`);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(mass?.every(Number.isFinite) ?? true).toBe(true);
    for (const figure of [distances.w1, distances.w2, distances.mmd, distances.energy])
      expect(Number.isFinite(figure)).toBe(true);
  }
}

describe('auto on data that leave little to choose from', () => {
  const HARD: Record<string, Made> = {
    '30 cells a day, one cell type': {},
    '5, 9, 4 and 7 cells': { cells: [5, 9, 4, 7] },
    'one cell at each timepoint': { cells: [1, 1, 1, 1] },
    'one cell at a timepoint between': { cells: [30, 30, 1, 30] },
    'identical clouds': { value: (_random, row, dim) => Math.sin((row % 30) * (dim + 1)) },
    'all cells at one point': { value: (_random, _row, dim) => dim },
    'timepoints that are one point each': { value: (_random, _row, dim, k) => k + dim },
    'disjoint clouds': { value: (random, _row, dim, k) => random.normal() + (dim === k % 3 ? 1e3 : 0) },
    'cells that are copies of three': { value: (_random, row, dim, k) => (row % 3) * (dim + 1) + k },
    'a constant dimension': { value: (random, _row, dim, k) => (dim === 1 ? 4 : random.normal() + k) },
    'one dimension': { dims: 1 },
    'more dimensions than cells': { dims: 40 },
    'a cell far out at each timepoint': {
      value: (random, row, _dim, k) => (row % 30 === 7 ? 1e4 : 1) * random.normal() + k,
    },
    'tiny units': { value: (random, _row, _dim, k) => 1e-5 * (random.normal() + k) },
    'huge units': { value: (random, _row, _dim, k) => 1e5 * (random.normal() + k) },
    'uneven days': { times: [0, 0.01, 100, 101] },
  };
  const cases = Object.entries(HARD).flatMap(([name, made]) => [
    [name, {}, made] as const,
    [name, { growth: 'on', unitScale: false }, made] as const,
  ]);
  it.each(cases)('%s, given %o: every figure is a number', (_name, given, made) => {
    expectFigures(run(dataset(made), [2], given), 3);
  });
});

describe('auto with few timepoints', () => {
  const preset = { method: 'auto', dims: 3 } as const;

  it('two: the preset, and why is said', () => {
    const result = run(dataset({ times: [0, 3] }), []);
    expectFigures(result, 2);
    expect(result.choices).toMatchObject({ triedOn: [], evidence: [], growth: [] });
    const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...QUICK });
    const {
      centers: _centers,
      bandwidth: _bandwidth,
      ...rest
    } = resolveFitSettings(config, {
      ...preset,
      heldOut: [],
    });
    expect(result.settings).toMatchObject(rest);
    expect(triedWords({ ...result.choices!, triedOn: [] })).toMatch(/nothing could be tried/);
  });

  it('three with the inner one held out: the same, and it is predicted from both sides', () => {
    const data = dataset({ times: [0, 1, 2] });
    const result = run(data, [1]);
    expectFigures(result, 2);
    expect(result.choices!.triedOn).toEqual([]);
    expect(result.predictions[0]!.rows).toEqual(Int32Array.from({ length: 30 }, (_, row) => row));
    // so few steps move cells by far less than the way: without those after it would be near 0
    expect(middleOf(result)).toEqual([expect.closeTo(2, 0)]);
    expect(middleOf(run(data, [1], { predictFrom: 'before' }))[0]).toBeLessThan(1.5);
  });

  it('two held out together: both are predicted, each by its nearness', () => {
    const result = run(dataset({ times: [0, 1, 2, 3] }), [1, 2]);
    expectFigures(result, 2);
    expect(middleOf(result)).toEqual([expect.closeTo(2, 0), expect.closeTo(4, 0)]);
  });
});

/** Mean of the first dimension, in which cells drift by 2 a timepoint, of each prediction. */
const middleOf = ({ predictions }: FitResult) =>
  predictions.map(
    ({ points }) => points.reduce((sum, value, at) => sum + (at % 3 === 0 ? value : 0), 0) / 30,
  );

describe('auto', () => {
  it('never sees a held-out cell: moving them changes no choice and no prediction', () => {
    const data = dataset({ times: [0, 1, 2, 4, 5] });
    const noise = randomStream(9, 'noise');
    const points = data.points.map((value, at) =>
      data.cellTimepoint[Math.floor(at / 3)] === 2 ? 50 * noise.normal() : value,
    );
    for (const given of [{}, { whiten: true }, { growth: 'on' }]) {
      const [real, moved] = [run(data, [2], given), run({ ...data, points }, [2], given)];
      expect(real.choices!.triedOn).toEqual([1, 3]);
      expect(real.choices!.evidence.length).toBeGreaterThan(0);
      expect(moved.choices).toEqual(real.choices);
      expect(moved.settings).toEqual(real.settings);
      expect(moved.losses).toEqual(real.losses);
      const [one, other] = [real.predictions[0]!, moved.predictions[0]!];
      expect([other.points, other.rows, other.mass]).toEqual([one.points, one.rows, one.mass]);
      // the measurement does see them
      expect(other.distances!.w1).not.toBe(one.distances!.w1);
    }
  });

  it('and the test can fail: whitened by the paper protocol it does', () => {
    const data = dataset({});
    const points = data.points.map((value, at) =>
      data.cellTimepoint[Math.floor(at / 3)] === 2 ? 50 * value : value,
    );
    const paper = { whiten: true, protocol: 'paper' };
    const [real, moved] = [run(data, [2], paper), run({ ...data, points }, [2], paper)];
    expect(moved.choices).not.toEqual(real.choices);
  });

  it('repeats to the bit, and has other bits for other cells', () => {
    const data = dataset({});
    const first = found(run(data, [2]));
    expect(found(run(data, [2]))).toEqual(first);
    const points = data.points.map((value, at) => (at === 0 ? value + 0.5 : value));
    expect(found(run({ ...data, points }, [2])).losses).not.toEqual(first.losses);
  });

  it.each(['choosing', 'coupling', 'interpolant', 'vector field'])(
    'can be cancelled while %s, and leaves no memory behind',
    (at) => {
      const mark = kernels.mark();
      let stop = false;
      const hooks = {
        shouldStop: () => stop,
        onProgress: (stage: string) => {
          stop ||= stage === at;
        },
      };
      expect(() => run(dataset({}), [2], { metric: 'rbf' }, hooks)).toThrow(CancelledError);
      expect(stop).toBe(true);
      expect(kernels.mark()).toEqual(mark);
    },
  );

  it('a fit that diverges in every trial is a result with advice, and without figures', () => {
    const result = run(dataset({}), [2], { learningRate: 1e30 });
    expect(result.predictions[0]!.distances).toBeNull();
    expect(result.notes.join(' ')).toMatch(/no longer a number/);
    const { evidence, intervals } = result.choices!;
    expect(evidence.every(({ taken }) => taken === 0)).toBe(true);
    expect(evidence.length).toBeGreaterThan(0);
    // said in the same words when it is read from a file
    const fit = { evidence, intervals, observed: DAYS };
    const words = choiceWords(fit);
    expect(words[0]!.others).toMatch(/failed/);
    expect(choiceWords(JSON.parse(JSON.stringify(fit)))).toEqual(words);
  });
});
