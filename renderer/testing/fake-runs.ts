import type {
  FitState,
  Followed,
  GeneAlong,
  Progress,
  Request,
  RequestKind,
  Results,
  RunFit,
  RunInfo,
  RunResults,
  TrainingProgress,
} from '../../engine/host/protocol.ts';
import { RUN_EXPORTS } from '../../engine/host/protocol.ts';
import { CELL_TYPES, DAYS, type FakeData } from './fake-data.ts';

type Experiment = RunInfo['experiment'];
type MetricsRow = RunResults['metrics']['rows'][number];

const BASELINES = ['ot', 'random', 'previous', 'next'];
/** How far each comes to the real cells, in shares of the distance of static transport. */
const NEARNESS: Record<string, number> = {
  auto: 0.92,
  'ot-mfm': 0.95,
  'ot-cfm': 1.05,
  ot: 1,
  random: 1.9,
  previous: 1.6,
  next: 1.7,
};

export const fakeHeldOut = ({ holdOut }: Experiment): string[] =>
  holdOut === 'none' ? [] : holdOut === 'each' ? DAYS.slice(1, -1) : holdOut.split(',');

function w1Of(method: string, heldOut: string, seed: number): number {
  const scatter = ((seed * 7919 + heldOut.length * 31 + method.length * 17) % 13) / 13 - 0.5;
  return (0.7 + Number(heldOut.split('+')[0]) / 40) * NEARNESS[method]! + 0.03 * scatter;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sd = (values: readonly number[]) =>
  values.length < 2
    ? null
    : Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

const seedsOf = ({ seed, seeds }: Experiment) => Array.from({ length: seeds }, (_, k) => seed + k);

export function fakeRun(
  run: string,
  name: string,
  experiment: Experiment,
  change: Partial<RunInfo> = {},
): RunInfo {
  const heldOut = fakeHeldOut(experiment);
  const methods = heldOut.length === 0 ? [] : [...experiment.methods, ...BASELINES];
  return {
    run,
    name,
    state: 'done',
    created: '2026-11-20T14:05:00Z',
    seconds: 96,
    experiment,
    heldOut,
    means: methods.map((method) => {
      const seeds = BASELINES.includes(method) ? [experiment.seed] : seedsOf(experiment);
      const each = seeds.map((seed) => mean(heldOut.map((label) => w1Of(method, label, seed))));
      return { method, w1Mean: mean(each), w1Sd: sd(each), seeds: seeds.length };
    }),
    verdict:
      heldOut.length === 0
        ? 'No timepoint was held out, so nothing can be said of how good the predictions are.'
        : 'For held-out days 3, 6 and 9, automatic came closer to the real cells than straight paths (OT-CFM) in this one run: W1 distance 0.71 against 0.83 (lower is better; one seed).',
    ...change,
  };
}

export function fakeResults(info: RunInfo, data: FakeData): RunResults {
  const { experiment, heldOut } = info;
  const methods = [...experiment.methods, ...BASELINES] as MetricsRow['method'][];
  const seeds = seedsOf(experiment);
  const seedsFor = (method: string) => (BASELINES.includes(method) ? seeds.slice(0, 1) : seeds);
  const rowOf = (
    method: MetricsRow['method'],
    label: string,
    seed: number,
    cellType: string | null,
  ): MetricsRow => {
    const w1 = w1Of(method, label, seed) * (cellType === null ? 1 : 0.8 + cellType.length / 40);
    return {
      method,
      metric: method === 'auto' ? 'rbf' : 'none',
      coupling: BASELINES.includes(method) ? 'none' : 'minibatch',
      dims: 50,
      protocol: BASELINES.includes(method) ? null : 'strict',
      heldOut: label,
      heldOutTogether: null,
      seed,
      cellType,
      w1,
      w2: cellType === null ? 1.1 * w1 : null,
      mmd: cellType === null ? w1 / 20 : null,
      energy: cellType === null ? w1 / 10 : null,
      w1AtFloorSize: cellType === null ? 1.2 * w1 : null,
      w1AtEqualSize: cellType === null ? 1.1 * w1 : null,
      w1Low: cellType === null ? 1.05 * w1 : null,
      w1High: cellType === null ? 1.16 * w1 : null,
      equalSize: cellType === null ? 500 : null,
      seconds: 12.5,
      steps: 1000,
    } as MetricsRow;
  };
  const rows = methods.flatMap((method) =>
    heldOut.flatMap((label) =>
      seedsFor(method).flatMap((seed) =>
        [null, ...CELL_TYPES.slice(0, 3)].map((cellType) => rowOf(method, label, seed, cellType)),
      ),
    ),
  );
  const summary = methods.flatMap((method) =>
    [...heldOut, null].map((label) => {
      const each = seedsFor(method).map((seed) =>
        mean((label === null ? heldOut : [label]).map((one) => w1Of(method, one, seed))),
      );
      return {
        method,
        heldOut: label,
        heldOutTogether: null,
        w1Mean: heldOut.length === 0 ? null : mean(each),
        w1Sd: sd(each),
        n: each.length,
        w1AtEqualSize: 1.1 * mean(each),
        w1Low: 1.05 * mean(each),
        w1High: 1.16 * mean(each),
        equalSize: label === null ? null : 500,
      };
    }),
  );
  const fits: RunFit[] = [
    ...seeds.map((seed) => ({
      method: experiment.methods[0]!,
      heldOut: [],
      seed,
      grows: false,
      bends: true,
    })),
    ...experiment.methods.flatMap((method) =>
      heldOut.flatMap((label) =>
        seeds.map((seed) => ({
          method,
          heldOut: label.split('+').map((one) => DAYS.indexOf(one)),
          seed,
          grows: experiment.growth === 'on',
          bends: method === 'auto' || method.endsWith('-mfm'),
        })),
      ),
    ),
  ];
  const step = Array.from({ length: 20 }, (_, k) => 50 * (k + 1));
  return {
    info,
    metrics: {
      schema: 1,
      manifest: {
        config: experiment,
        versions: { meander: '0.1.0' },
        input: { name: 'embryoid_bodies.h5ad', dataSha256: 'a'.repeat(64) },
        fits: [],
      },
      rows,
      summary: heldOut.length === 0 ? [] : summary,
      differences:
        heldOut.length === 0 || experiment.methods.length < 2
          ? []
          : [
              {
                method: experiment.methods[0]!,
                versus: experiment.methods[1]!,
                heldOut: null,
                heldOutTogether: null,
                difference: -0.11,
                low: seeds.length > 1 ? -0.15 : null,
                high: seeds.length > 1 ? -0.07 : null,
                n: seeds.length,
              },
            ],
      floors: heldOut.map((label) => ({
        heldOut: label,
        cells: 500,
        repeats: 5,
        w1Mean: 0.42,
        w1Sd: 0.01,
        w1BetweenReplicates: null,
      })),
      pathDistances: experiment.methods.flatMap((method) =>
        heldOut.map((label) => {
          const k = DAYS.indexOf(label);
          const [start, end] = [Number(DAYS[k - 1]), Number(DAYS[k + 1])];
          const times = Array.from({ length: 11 }, (_, i) => start + (i / 10) * (end - start));
          const height = method === 'ot-cfm' ? 0.5 : 0.3;
          return {
            method,
            heldOut: label,
            seed: experiment.seed,
            times,
            mean: times.map((_, i) => 0.4 + height * Math.sin((Math.PI * i) / 10)),
          };
        }),
      ),
      trajectories: { shareFar: 0.04, seeds: seeds.length, spread: seeds.length > 1 ? 0.3 : null },
    },
    verdict: {
      sentence: info.verdict ?? '',
      support: [
        'With one seed it cannot be said whether the difference exceeds the chance of training; run more seeds to see.',
      ],
    },
    choices: experiment.methods.includes('auto')
      ? heldOut.map((label) => ({
          heldOut: [label],
          seed: experiment.seed,
          tried: `To choose, days ${DAYS.filter((day) => day !== label)
            .slice(1, -1)
            .join(' and ')} were kept back in turn and predicted from the other timepoints.`,
          words: [
            {
              question: 'Paths between paired cells',
              taken: 'bent along the cells (learned density, RBF)',
              others: 'straight: 12 % farther; bent along the cells (local variance, LAND): 3 % farther',
            },
            { question: 'Time', taken: 'timepoints evenly spaced', others: 'by the real times: as near' },
          ],
        }))
      : [],
    notes: ['2,000 variable genes were chosen (Seurat).'],
    losses: experiment.methods.flatMap((method) =>
      heldOut.flatMap((label) =>
        (['interpolant', 'vectorField'] as const).map((stage) => ({
          stage,
          method,
          heldOut: label,
          seed: experiment.seed,
          step,
          training: step.map((n) => 0.4 + 1.6 * Math.exp(-n / 250)),
          validation: step.map((n) => 0.45 + 1.5 * Math.exp(-n / 260)),
        })),
      ),
    ),
    timepoints: {
      labels: DAYS,
      times: DAYS.map(Number),
      counts: DAYS.map((_, k) => data.day.filter((code) => code === k).length),
      unit: 'day',
    },
    embedding: { name: 'X_pca', dims: 50 },
    map: 'X_umap',
    fits,
    shown: 0,
    exports: RUN_EXPORTS.filter((one) => one !== 'growth.csv' || experiment.growth === 'on'),
    genes: { known: true },
  };
}

type Of<K extends RequestKind> = Extract<Request, { kind: K }>;

/** Cells that go their way along the two branches of the fake data. */
export function fakeFollowed(
  data: FakeData,
  { cells, from, most, times, components, straight }: Of<'follow'>,
): Followed {
  const all: number[] = [];
  if (cells === null) {
    for (let row = 0; row < data.nObs && all.length < most; row++) if (data.day[row] === from) all.push(row);
  }
  const rows = cells === null ? Int32Array.from(all) : cells.slice(0, most);
  const at = [Number(DAYS[from]), ...times];
  const dims = components.length;
  const positions = new Float32Array(at.length * rows.length * dims);
  const share = (time: number) => Math.min(1, Math.max(0, time / 12));
  at.forEach((time, t) => {
    rows.forEach((row, i) => {
      const place = (t * rows.length + i) * dims;
      const s = share(time);
      const side = row % 5 < 3 ? 1 : -1;
      const jitter = ((row * 16807) % 997) / 997 - 0.5;
      positions[place] = t === 0 ? data.umap[2 * row]! : 12 * s + jitter;
      positions[place + 1] =
        t === 0 ? data.umap[2 * row + 1]! : side * 9 * Math.max(0, s - 0.35) + 2 * Math.sin(4 * s) + jitter;
    });
  });
  const n = at.length * rows.length;
  const cellDistance = Float32Array.from({ length: n }, (_, k) => 0.5 + (k % 11 === 0 ? 0.7 : 0));
  return {
    cells: rows,
    times: at,
    positions,
    mass: null,
    cellDistance,
    spread: null,
    straight: straight
      ? { positions: positions.map((value, k) => value + (k % 2)), cellDistance, jumps: null }
      : null,
    jumps: null,
    finished: true,
  };
}

function fakeArrows({ grid }: Of<'arrows'>): Results['arrows'] {
  const n = Math.min(60, grid * 2);
  return {
    positions: Float32Array.from({ length: 2 * n }, (_, k) =>
      k % 2 === 0 ? (12 * k) / (2 * n) : Math.sin(k),
    ),
    directions: Float32Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? 0.4 : 0.1)),
    counts: new Int32Array(n).fill(12),
  };
}

function fakeGeneAlong({ times, from }: Of<'gene along'>): GeneAlong {
  const at = [Number(DAYS[from]), ...times];
  const curve = Float32Array.from(at, (time) => 0.3 + time / 12);
  return {
    times: at,
    mean: curve,
    low: curve.map((value) => value - 0.2),
    high: curve.map((value) => value + 0.3),
    real: DAYS.map((day) => ({
      time: Number(day),
      reconstructed: 0.3 + Number(day) / 12,
      measured: 0.35 + Number(day) / 12,
    })),
    about: 'Reconstructed from 50 components: approximate.',
  };
}

const waiting = (experiment: Experiment): FitState[] =>
  [...new Set(['', ...fakeHeldOut(experiment)])].flatMap((label) =>
    (label === '' ? experiment.methods.slice(0, 1) : experiment.methods).map(
      (method): FitState => ({
        method,
        heldOut: label === '' ? [] : label.split('+'),
        seed: experiment.seed,
        state: 'waiting',
        share: 0,
        stage: 'waiting for a free processor',
      }),
    ),
  );

/** What a training that is at a share of its way tells. */
export function fakeProgress(experiment: Experiment, share: number): Progress {
  const fits = waiting(experiment);
  const at = share * fits.length;
  const now = fits.map((fit, k): FitState => {
    if (k + 1 <= at) return { ...fit, state: 'done', share: 1, stage: 'done' };
    return k < at ? { ...fit, state: 'running', share: at - k, stage: 'learning the velocities' } : fit;
  });
  const running = Math.min(fits.length - 1, Math.floor(at));
  const training: TrainingProgress = {
    fits: now,
    loss: {
      fit: running,
      stage: 'vectorField',
      step: Math.round(1000 * share),
      value: 0.4 + Math.exp(-4 * share),
    },
    preview: fakePreview(running, share),
  };
  return {
    stage: 'vector field',
    step: Math.round(1000 * share),
    steps: 1000,
    secondsLeft: 90 * (1 - share),
    training,
  };
}

function fakePreview(fit: number, share: number): NonNullable<TrainingProgress['preview']> {
  const times = Array.from({ length: 9 }, (_, k) => (12 * k) / 8);
  const lines = 40;
  const positions = new Float32Array(times.length * lines * 2);
  times.forEach((time, t) => {
    for (let i = 0; i < lines; i++) {
      const s = time / 12;
      const side = i % 5 < 3 ? share : -share;
      positions[(t * lines + i) * 2] = 12 * s;
      positions[(t * lines + i) * 2 + 1] = side * 9 * Math.max(0, s - 0.35) + 2 * Math.sin(4 * s) + i / 40;
    }
  });
  return { fit, embedding: 'X_umap', times, positions };
}

type RunKind =
  | 'estimate'
  | 'train'
  | 'hold'
  | 'runs'
  | 'run'
  | 'rename run'
  | 'delete run'
  | 'restore run'
  | 'follow'
  | 'arrows'
  | 'gene along'
  | 'export run'
  | 'export cells';

/** An engine's answers about runs: what is trained is kept, and can be read, named, deleted and brought back. */
export function runAnswers(data: FakeData, kept: readonly RunInfo[] = []) {
  let runs = [...kept];
  const deleted = new Map<string, RunInfo>();
  const known = (run: string) => runs.find((one) => one.run === run)!;
  return {
    estimate: ({ experiment }) => ({
      fits: waiting(experiment).length * experiment.seeds,
      seconds: 95 * experiment.seeds,
      megabytes: 620,
      megabytesFree: 9000,
      notes: [],
    }),
    train: ({ experiment }, { onProgress }) => {
      for (const share of [0.1, 0.4, 0.8, 1]) onProgress?.(fakeProgress(experiment, share));
      const info = fakeRun(
        `r${runs.length + deleted.size + 1}`,
        `Run ${runs.length + deleted.size + 1}`,
        experiment,
      );
      runs = [info, ...runs];
      return info;
    },
    hold: () => null,
    runs: () => runs,
    run: ({ run }) => fakeResults(known(run), data),
    'rename run': ({ run, name }) => {
      runs = runs.map((one) => (one.run === run ? { ...one, name } : one));
      return known(run);
    },
    'delete run': ({ run }) => {
      deleted.set(run, known(run));
      runs = runs.filter((one) => one.run !== run);
      return null;
    },
    'restore run': ({ run }) => {
      const info = deleted.get(run)!;
      deleted.delete(run);
      runs = [info, ...runs];
      return info;
    },
    follow: (request) => fakeFollowed(data, request),
    arrows: fakeArrows,
    'gene along': fakeGeneAlong,
    'export run': () => ({ bytes: 1_200_000 }),
    'export cells': () => ({ bytes: 80_000 }),
  } satisfies {
    [K in RunKind]: (request: Of<K>, options: { onProgress?: (progress: Progress) => void }) => Results[K];
  };
}
