import { loadKernels } from '../../engine/compute/wasm.ts';
import { type ExperimentInput, parseExperiment } from '../../engine/config.ts';
import type { Dataset } from '../../engine/dataset/load.ts';
import { runBaselineJob } from '../../engine/evaluate/baselines.ts';
import { runFitJob } from '../../engine/evaluate/held-out.ts';
import { joinPaths } from '../../engine/evaluate/path-band.ts';
import { summarize } from '../../engine/evaluate/summary.ts';
import type { Session } from '../../engine/export/session.ts';
import { RUN_EXPORTS, type RunInfo, type RunResults } from '../../engine/host/run-protocol.ts';
import { runResults } from '../../engine/host/run-results.ts';
import { type Experiment, planExperiment, shareDataset } from '../../engine/pipeline.ts';
import { randomStream } from '../../engine/random.ts';

/** What the cells of a tiny run are like. */
export interface TinyCourse {
  /** names of the timepoints; the times are 0, 1, … */
  labels?: string[];
  unit?: Dataset['timepoints']['unit'];
  cellTypes?: string[];
  cellsPerTimepoint?: number;
  run?: string;
  name?: string;
  experiment?: Partial<ExperimentInput>;
}

const quiet = { shouldStop: () => false, onProgress: () => {} };

/** A tiny course of cells, fitted and measured by the engine itself, so that its numbers hang together. For Node alone. */
export async function tinyRun(course: TinyCourse = {}): Promise<RunResults> {
  const { run = 'run-1', name = 'first try', experiment: given } = course;
  const dataset = tinyCourse(course);
  const config = parseExperiment({
    time: 'day',
    label: 'cell_type',
    methods: ['ot-cfm', 'ot-mfm'],
    seeds: 2,
    dims: 3,
    steps: 12,
    maxEpochs: 2,
    hidden: 8,
    trajectories: 6,
    points: 3,
    ...given,
  });
  const kernels = await loadKernels({ megabytes: 64 });
  const shared = shareDataset(dataset, config);
  const { jobs, baselineJobs, notes } = planExperiment(dataset, config, 'run');
  const fits = joinPaths(jobs.map((job) => runFitJob(kernels, shared, job, quiet)));
  const baselines = baselineJobs.map((job) => runBaselineJob(shared, job, quiet));
  const versions = { meander: '0.1.0', node: '20' };
  const experiment: Experiment = { config, dataset, fits, baselines, map: null, notes, versions };
  const source = { state: 'missing', paths: [], looked: [] } as unknown as Session['source'];
  const info: RunInfo = {
    run,
    name,
    state: 'done',
    created: '2026-03-02T10:20:00.000Z',
    seconds: 94.2,
    experiment: config,
    heldOut: [
      ...new Set(
        fits
          .filter(({ heldOut }) => heldOut.length > 0)
          .map(({ heldOut }) => heldOut.map((k) => dataset.timepoints.labels[k]).join('+')),
      ),
    ],
    means: [],
    verdict: null,
  };
  const results = await runResults({ experiment, command: 'run', source, cells: '' }, info);
  const means = summarize(results.metrics.rows)
    .filter(({ heldOut }) => heldOut === null)
    .map(({ method, w1Mean, w1Sd, n }) => ({ method, w1Mean, w1Sd, seeds: n }));
  return {
    ...results,
    info: { ...info, means, verdict: results.verdict.sentence },
    exports: [...RUN_EXPORTS],
  };
}

/** Clouds that drift, bend and widen; types lie beside one another. */
function tinyCourse({
  labels = ['0', '3', '6', '9'],
  unit = 'day',
  cellTypes = ['Progenitor', 'Neuron', 'Muscle'],
  cellsPerTimepoint = 30,
}: TinyCourse): Dataset {
  const dims = 3;
  const nObs = labels.length * cellsPerTimepoint;
  const random = randomStream(7, 'tiny run');
  const cellTimepoint = Int32Array.from({ length: nObs }, (_, i) => Math.floor(i / cellsPerTimepoint));
  const codes = Int32Array.from({ length: nObs }, (_, i) => i % cellTypes.length);
  const points = Float32Array.from({ length: nObs * dims }, (_, at) => {
    const [i, c] = [Math.floor(at / dims), at % dims];
    const u = cellTimepoint[i]! / (labels.length - 1);
    const centre = [8 * u, 4 * Math.sin(Math.PI * u), (2 * codes[i]!) / cellTypes.length][c]!;
    return centre + 0.4 * random.normal();
  });
  return {
    name: 'course.h5ad',
    nObs,
    obsNames: Array.from({ length: nObs }, (_, i) => `cell ${i}`),
    embedding: { name: 'X_pca', dims, points, computed: null } as Dataset['embedding'],
    heldOutEmbeddings: [],
    timepoints: {
      labels,
      times: labels.map((_, k) => k),
      unit,
      cellTimepoint,
      counts: labels.map(() => cellsPerTimepoint),
      withoutTimepoint: 0,
      leftOut: { subset: 0, dropped: 0 },
      notes: [],
    },
    map: null,
    cellType: { codes, names: cellTypes },
    batch: null,
    notes: ['The timepoints are those of the column day.'],
  };
}
