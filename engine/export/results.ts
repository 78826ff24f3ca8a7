import type { Choices } from '../auto/choices.ts';
import { WIDE } from '../compute/gemm.ts';
import type { ExperimentConfig } from '../config.ts';
import { pointsWithout } from '../dataset/load.ts';
import { describeLeftOut } from '../dataset/timepoints.ts';
import { shareFar } from '../evaluate/far-from-cells.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { rootMeanSquare } from '../evaluate/path-band.ts';
import {
  type DifferenceRow,
  type MetricsRow,
  metricsRows,
  pairedDifferences,
  type SummaryRow,
  summarize,
} from '../evaluate/summary.ts';
import type { Experiment } from '../pipeline.ts';
import { GPU_WIDTH } from '../train/backend-rule.ts';
import { type GrowthFacts, growthFacts, growthNotes } from './growth-facts.ts';
import { growthTable } from './growth-table.ts';
import { dataSha256, type Manifest, versions } from './manifest.ts';
import { renderReport } from './report.ts';
import type { ReportInput } from './report-input.ts';
import type { ResultsFolder } from './results-folder.ts';
import { type TrajectoriesTable, tableCsv, trajectoriesCsv } from './tables.ts';

/** The content of metrics.json. */
export interface Metrics {
  schema: 1;
  manifest: Manifest;
  rows: MetricsRow[];
  summary: SummaryRow[];
  /** of w1, seed by seed */
  differences: DifferenceRow[];
  /** what w1 is between random parts of the real cells of each held-out timepoint */
  floors: ReportInput['floors'];
  /** of each fit: how far its paths run from the nearest real cell */
  pathDistances: ReportInput['pathDistances'];
  /** how sure the trajectories are that are shown; null: there are none */
  trajectories: TrajectoryFacts | null;
  /** what is said of growth; absent: it is ignored */
  growth?: GrowthFacts;
  /** what `auto` chose for each of its fits, and why; absent: it was not used */
  choices?: ChoiceFacts[];
}

/** The choices of one fit, timepoints by their labels. */
export interface ChoiceFacts extends Omit<Choices, 'triedOn'> {
  heldOut: string[];
  seed: number;
  triedOn: string[];
  /** those that the fit saw, in order of time: its intervals lie between them */
  observed: string[];
}

/** What is said of the trajectories as a whole. */
export interface TrajectoryFacts {
  /** share of their points that lie far from any cell that the fit has seen (see distanceToCells); null: not known */
  shareFar: number | null;
  /** fits with other seeds and the first that the spread is over; 1: there is none */
  seeds: number;
  /** root mean square over their points of the distance over seeds (see PathSpread), in the embedding's units */
  spread: number | null;
}

export function metricsOf(experiment: Experiment): Metrics {
  const { config, dataset, fits, baselines, versions: made } = experiment;
  const growth = growthFacts(experiment);
  const { labels } = dataset.timepoints;
  const rows = metricsRows(fits, baselines, labels, dataset.embedding.dims);
  const manifest: Manifest = {
    config: { ...config, backend: backendUsed(config, fits), wideBackend: productsUsed(config, fits) },
    versions: made ?? versions(),
    input: { name: dataset.name, dataSha256: dataSha256(dataset) },
    fits: fits.map(({ method, heldOut, seed, kernels, trainedBy, settings }) => ({
      method,
      heldOut: heldOut.map((k) => labels[k]!),
      seed,
      kernels,
      ...(trainedBy && { trainedBy }),
      settings,
    })),
  };
  return {
    schema: 1,
    manifest,
    rows,
    summary: summarize(rows),
    differences: pairedDifferences(rows),
    floors: baselines.flatMap(({ floors }) =>
      floors.map(({ timepoint, ...floor }) => ({ heldOut: labels[timepoint]!, ...floor })),
    ),
    pathDistances: fits.flatMap(({ method, seed, predictions }) =>
      predictions.flatMap(({ timepoint, path }) =>
        path === null ? [] : [{ method, heldOut: labels[timepoint]!, seed, ...path }],
      ),
    ),
    trajectories: trajectoryFacts(fits),
    ...(growth && { growth }),
    ...(fits.some((fit) => fit.choices) && { choices: choiceFacts(fits, labels) }),
  };
}

function choiceFacts(fits: readonly FitResult[], labels: readonly string[]): ChoiceFacts[] {
  const named = (timepoints: readonly number[]) => timepoints.map((k) => labels[k]!);
  const observed = (heldOut: readonly number[]) =>
    named([...labels.keys()].filter((k) => !heldOut.includes(k)));
  return fits.flatMap(({ choices, heldOut, seed }) =>
    choices
      ? [
          {
            ...choices,
            ...{ heldOut: named(heldOut), seed },
            ...{ triedOn: named(choices.triedOn), observed: observed(heldOut) },
          },
        ]
      : [],
  );
}

function trajectoryFacts(fits: readonly FitResult[]): TrajectoryFacts | null {
  const { trajectories } = fits.find((fit) => fit.trajectories !== null) ?? {};
  if (!trajectories) return null;
  const { cellDistance, spread } = trajectories;
  return {
    shareFar: cellDistance ? shareFar(cellDistance) : null,
    seeds: spread?.seeds ?? 1,
    spread: spread ? rootMeanSquare(spread.distance) : null,
  };
}

// a rerun from the manifest trains by the same means, or fails where they cannot be had
function backendUsed({ backend }: ExperimentConfig, fits: readonly FitResult[]) {
  if (fits.some((fit) => fit.trainedBy)) return 'tensorflow';
  return fits.some((fit) => fit.settings.hidden >= GPU_WIDTH) ? 'kernels' : backend;
}

// and takes the same products
function productsUsed({ wideBackend }: ExperimentConfig, fits: readonly FitResult[]) {
  if (fits.some((fit) => fit.kernels === 'wasm-simd+onnx')) return 'onnx';
  return fits.some((fit) => fit.settings.hidden >= WIDE) ? 'simd' : wideBackend;
}

/**
 * Writes manifest.json, metrics.json, trajectories.csv, growth.csv where growth is on, and report.html beside what is there already, such as the
 * session; nothing is in place before all are.
 */
export async function writeResults(
  folder: ResultsFolder,
  experiment: Experiment,
  metrics: Metrics,
  command: ReportInput['command'],
): Promise<void> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await folder.write('manifest.json', json(metrics.manifest));
  await folder.write('metrics.json', json(metrics));
  const trajectories = trajectoriesOf(experiment);
  if (trajectories) await folder.write('trajectories.csv', trajectoriesCsv(trajectories));
  const growth = growthTable(experiment);
  if (growth) await folder.write('growth.csv', tableCsv(growth));
  await folder.write('report.html', renderReport(reportInput(experiment, metrics, command)));
  await folder.commit();
}

/** The trajectories that an experiment shows; undefined if it has none. */
export function trajectoriesOf({ dataset, fits, map }: Experiment): TrajectoriesTable | undefined {
  const { trajectories } = fits.find((fit) => fit.trajectories !== null) ?? {};
  if (!trajectories) return undefined;
  const { cells, times, points, mass, cellDistance, spread } = trajectories;
  return {
    cellNames: Array.from(cells, (cell) => dataset.obsNames[cell]!),
    times,
    points,
    dims: dataset.embedding.dims,
    coordinateName: dataset.embedding.name,
    map: map?.trajectories ? { name: map.name, points: map.trajectories } : null,
    ...(mass && { mass }),
    ...(cellDistance && { cellDistance }),
    ...(spread && { spread: spread.distance }),
  };
}

export function reportInput(
  experiment: Experiment,
  metrics: Metrics,
  command: ReportInput['command'],
): ReportInput {
  const { dataset, fits, config, notes, map } = experiment;
  const { labels, times, counts, cellTimepoint, unit } = dataset.timepoints;
  const rolled = fits.find((fit) => fit.trajectories !== null);
  const together = (heldOut: number[]) =>
    heldOut.length > 1 ? heldOut.map((k) => labels[k]).join('+') : null;
  const fitName = (fit: FitResult) => fit.heldOut.map((k) => labels[k]).join('+') || 'none';
  return {
    title: dataset.name,
    command,
    manifest: metrics.manifest,
    nObs: dataset.nObs,
    timepoints: { labels, times, counts, ...(unit !== '' && { unit }) },
    embedding: {
      name: dataset.embedding.name,
      dims: dataset.embedding.dims,
      points: dataset.embedding.points,
      cellTimepoint,
    },
    map: map && { name: map.name, points: map.coordinates, trajectories: map.trajectories },
    rows: metrics.rows.filter((row) => row.cellType === null),
    cellTypeRows: metrics.rows.filter((row) => row.cellType !== null),
    summary: metrics.summary,
    floors: metrics.floors,
    pathDistances: metrics.pathDistances,
    choices: metrics.choices ?? [],
    // one seed of each is drawn; the table has them all
    predictions: fits
      .filter((fit) => fit.seed === config.seed)
      .flatMap(({ method, heldOut, seed, predictions }) =>
        predictions.map(({ timepoint, points }) => ({
          method,
          heldOut: labels[timepoint]!,
          heldOutTogether: together(heldOut),
          seed,
          points,
          cells: pointsWithout(dataset, heldOut),
        })),
      ),
    predictFrom: Object.fromEntries(
      fits
        .filter(({ predictions: made }) => made.length > 0)
        .map(({ method, settings }) => [method, settings.predictFrom]),
    ),
    trajectories: rolled?.trajectories
      ? {
          method: rolled.method,
          heldOut: rolled.heldOut.map((k) => labels[k]!),
          cells: rolled.trajectories.cells,
          space: pointsWithout(dataset, rolled.heldOut),
          times: rolled.trajectories.times,
          points: rolled.trajectories.points,
          cellDistance: rolled.trajectories.cellDistance ?? null,
          mass: rolled.trajectories.mass ?? null,
          spreadAt: rolled.trajectories.spread?.distance ?? null,
          ...metrics.trajectories!,
        }
      : null,
    losses: fits.flatMap((fit) =>
      fit.losses.map((history) => ({
        method: fit.method,
        heldOut: fitName(fit),
        seed: fit.seed,
        ...history,
      })),
    ),
    notes: [
      ...notes,
      ...growthNotes(experiment),
      ...dataset.notes,
      ...describeLeftOut(dataset.timepoints),
      ...fits.flatMap((fit) =>
        fit.notes.map((note) => `${fit.method}, held out ${fitName(fit)}, seed ${fit.seed}: ${note}`),
      ),
    ],
  };
}
