import { jumpsOnMap, stepLengths } from '../evaluate/map-jumps.ts';
import { extentOf } from '../evaluate/view.ts';
import type { Figure } from '../figures/figure.ts';
import { lossFigure } from '../figures/loss.ts';
import { mapFigure } from '../figures/map.ts';
import { pathDistanceFigure } from '../figures/path-distance.ts';
import { pathSpreadFigure } from '../figures/path-spread.ts';
import { predictionFigure } from '../figures/prediction.ts';
import { wassersteinFigure } from '../figures/wasserstein.ts';
import { decimalsFor, formatMeanSd, heldOutLabel } from '../figures/words.ts';
import type { ReportInput } from './report-input.ts';

export interface ReportFigures {
  components: Figure;
  /** null where there is no map */
  map: Figure | null;
  /** null with one seed */
  pathSpread: Figure | null;
  /** null where nothing was held out */
  prediction: Figure | null;
  wasserstein: Figure | null;
  /** null where no path was measured */
  pathDistance: Figure | null;
  loss: Figure | null;
}

/** The figures of the report; one seed's predictions are drawn for each method and held-out timepoint. */
export function reportFigures(input: ReportInput): ReportFigures {
  const { timepoints, embedding, trajectories, rows, summary, losses } = input;
  const heldOut = [...new Set(rows.map((row) => row.heldOut))];
  return {
    components: mapFigure({
      embedding: embedding.name,
      // a fit that held cells out may live in a space of its own
      points: trajectories?.space ?? embedding.points,
      dims: embedding.dims,
      cellTimepoint: embedding.cellTimepoint,
      timepoints,
      heldOut,
      trajectories,
    }),
    map: input.map && onMap(input, input.map, heldOut),
    pathSpread: trajectories?.spreadAt
      ? pathSpreadFigure({ ...trajectories, spread: trajectories.spreadAt }, unitOf(timepoints))
      : null,
    prediction: input.predictions.length > 0 ? prediction(input) : null,
    wasserstein: rows.length > 0 ? wassersteinFigure({ rows, summary, ...unitOf(timepoints) }) : null,
    pathDistance:
      input.pathDistances.length > 0 ? pathDistanceFigure(input.pathDistances, unitOf(timepoints)) : null,
    loss: losses.length > 0 ? lossFigure(losses, unitOf(timepoints)) : null,
  };
}

function onMap(
  { embedding, timepoints, trajectories }: ReportInput,
  map: NonNullable<ReportInput['map']>,
  heldOut: readonly string[],
): Figure {
  return mapFigure({
    embedding: map.name,
    forTheEye: true,
    points: map.points,
    dims: 2,
    cellTimepoint: embedding.cellTimepoint.map((k, i) => (Number.isFinite(map.points[2 * i]!) ? k : -1)),
    timepoints,
    heldOut,
    trajectories: trajectories && map.trajectories && onMapToo(trajectories, map.trajectories, map.points),
  });
}

function onMapToo(
  trajectories: NonNullable<ReportInput['trajectories']>,
  positions: Float32Array,
  cells: Float32Array,
) {
  const moments = trajectories.times.length;
  const n = positions.length / 2 / moments;
  const lengths = stepLengths(trajectories.points, n, trajectories.points.length / (moments * n));
  const extent = extentOf([0, 1].map((offset) => ({ values: cells, stride: 2, offset })));
  const torn = jumpsOnMap({ positions, width: 2, n, lengths, extent });
  return { ...trajectories, points: positions, torn };
}

function prediction(input: ReportInput): Figure {
  const { embedding, timepoints, summary, predictions } = input;
  const decimals = w1Decimals(summary);
  const first = new Map<string, ReportInput['predictions'][number]>();
  for (const each of predictions) {
    const key = JSON.stringify([each.method, each.heldOut, each.heldOutTogether]);
    if (each.seed < (first.get(key)?.seed ?? Number.POSITIVE_INFINITY)) first.set(key, each);
  }
  const drawn = [...first.values()].sort(
    (a, b) => timepoints.labels.indexOf(a.heldOut) - timepoints.labels.indexOf(b.heldOut),
  );
  const figure = predictionFigure({
    embedding: embedding.name,
    dims: embedding.dims,
    panels: drawn.map(({ method, heldOut, heldOutTogether, points, cells }) => {
      const k = timepoints.labels.indexOf(heldOut);
      const entry = summary.find(
        (each) =>
          each.method === method && each.heldOut === heldOut && each.heldOutTogether === heldOutTogether,
      );
      return {
        method,
        heldOut: heldOutLabel(heldOut, heldOutTogether, timepoints.unit),
        ...(entry &&
          entry.w1Mean !== null && { note: `W1 ${formatMeanSd(entry.w1Mean, entry.w1Sd, decimals)}` }),
        predicted: points,
        real: cellsOf(input, cells, (timepoint) => timepoint === k),
        context: cellsOf(input, cells, (timepoint) => timepoint >= 0),
      };
    }),
  });
  const seeds = [...new Set(drawn.map((each) => each.seed))];
  return { ...figure, caption: `${figure.caption} Seed ${seeds.join(', ')} is drawn; W1 is over all seeds.` };
}

/** Decimals of every W₁ in the report, so that columns line up. */
export function w1Decimals(summary: ReportInput['summary']): number {
  return decimalsFor(
    summary.flatMap((entry) => (entry.w1Mean === null ? [] : [entry.w1Mean])),
    summary.map((entry) => entry.w1Sd),
  );
}

function cellsOf(
  { embedding }: ReportInput,
  points: Float32Array,
  keep: (timepoint: number) => boolean,
): Float32Array {
  const { cellTimepoint, dims } = embedding;
  const rows = Int32Array.from(cellTimepoint.keys()).filter((i) => keep(cellTimepoint[i]));
  const kept = new Float32Array(rows.length * dims);
  rows.forEach((i, k) => {
    kept.set(points.subarray(i * dims, (i + 1) * dims), k * dims);
  });
  return kept;
}

function unitOf({ unit }: { unit?: string }): { unit?: string } {
  return unit === undefined ? {} : { unit };
}
