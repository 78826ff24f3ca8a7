import type { Kernels, Vector } from '../compute/kernels.ts';
import type { FitSettings } from '../config.ts';
import type { TrainingCells } from '../dataset/split.ts';
import { createLand } from '../metric/land.ts';
import { createLandCells, drawLandCells } from '../metric/land-cells.ts';
import type { Metric } from '../metric/metric.ts';
import { createRbf, type RbfOptions } from '../metric/rbf.ts';
import type { RandomStream } from '../random.ts';
import type { Clouds, TrainingHooks } from './clouds.ts';
import { fitRbf } from './rbf-metric.ts';

/** A metric by its numbers, for whoever works it out by other means than `Metric`. */
export type MetricForm =
  | {
      kind: 'land';
      bandwidth: number;
      rho: number;
      power: number;
      /** rows of `points` [·, d]: what was drawn last */
      samples(): { points: Vector; rows: ArrayLike<number> };
    }
  | ({ kind: 'rbf' } & RbfOptions);

/** What bends the paths: a metric for each pair of consecutive timepoints. */
export interface PathMetric {
  readonly metrics: readonly Metric[];
  /** the same metrics */
  readonly forms: readonly MetricForm[];
  /** Called before each minibatch: LAND takes new samples; a fitted metric stays as it is. */
  draw(random: RandomStream): void;
  /** what the reader should know of it */
  readonly notes: readonly string[];
}

/**
 * The metric that `settings.metric` names, made from the observed cells.
 * @param settings `bandwidth` is resolved by now
 */
export function createPathMetric(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  settings: FitSettings & { bandwidth: number },
  seed: number,
  hooks: Pick<TrainingHooks, 'shouldStop'>,
): PathMetric {
  switch (settings.metric) {
    case 'land':
      return sampledLand(kernels, clouds, settings);
    case 'rbf':
      return trainedRbf(kernels, clouds, cells, settings, seed, hooks);
  }
}

// over cells of a pair's two timepoints, of each as many as the smallest timepoint has, and all of the manifold's points
function sampledLand(
  kernels: Kernels,
  clouds: Clouds,
  settings: FitSettings & { bandwidth: number },
): PathMetric {
  const { dims, points, cells, manifold } = clouds;
  const count = Math.min(...cells.map((rows) => rows.length));
  const gather = (rows: Int32Array) => {
    const cloud = new Float32Array(rows.length * dims);
    rows.forEach((row, i) => {
      cloud.set(points.subarray(row * dims, (row + 1) * dims), i * dims);
    });
    return cloud;
  };
  const further = manifold === null ? [] : [manifold];
  const shape = { bandwidth: settings.bandwidth, rho: settings.rho, power: settings.metricPower };
  const pairs = cells.slice(1).map((end, i) => {
    const land = createLandCells(kernels, [gather(cells[i]!), gather(end), ...further], dims);
    return {
      drawn: { ...land, rows: land.rows.slice(0, 2) },
      always: land.rows[2] ?? new Int32Array(0),
      metric: createLand(kernels, {
        ...shape,
        dims,
        maxSamples: 2 * count + (land.rows[2]?.length ?? 0),
      }),
      samples: { points: land.points, rows: new Int32Array(0) as ArrayLike<number> },
    };
  });
  return {
    metrics: pairs.map((pair) => pair.metric),
    forms: pairs.map((pair) => ({ kind: 'land', ...shape, samples: () => pair.samples })),
    draw(random) {
      for (const { metric, drawn, always, samples } of pairs) {
        const rows = drawLandCells(drawn, count, random);
        samples.rows = always.length === 0 ? rows : joined(rows, always).sort();
        metric.setSamples(samples.points, samples.rows);
      }
    },
    notes: [],
  };
}

function trainedRbf(
  kernels: Kernels,
  clouds: Clouds,
  cells: TrainingCells,
  settings: FitSettings,
  seed: number,
  hooks: Pick<TrainingHooks, 'shouldStop'>,
): PathMetric {
  const fits = clouds.times
    .slice(1)
    .map((_, pair) => fitRbf(kernels, clouds, cells, pair, settings, seed, hooks));
  return {
    metrics: fits.map((fit) => createRbf(kernels, fit.options)),
    forms: fits.map((fit) => ({ kind: 'rbf', ...fit.options })),
    draw() {},
    notes: [...new Set(fits.flatMap((fit) => fit.notes))],
  };
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
