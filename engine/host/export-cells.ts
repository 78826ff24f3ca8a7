import { statSync } from 'node:fs';
import type { Way } from '../evaluate/follow-cells.ts';
import { followOnView } from '../evaluate/followed-view.ts';
import { componentsView } from '../evaluate/view.ts';
import { writePredictedCells } from '../export/predicted-cells.ts';
import { metricsOf } from '../export/results.ts';
import { startOf, startRows, surroundings } from './followed-cells.ts';
import type { OpenRun, RunHooks } from './open-run.ts';
import type { Request, Results } from './protocol.ts';

/** Writes the predicted cells of a time. To be called in a worker thread. @throws InputError as following and saving do; CancelledError */
export async function exportCells(
  run: OpenRun,
  name: string,
  {
    fit,
    cells,
    from,
    most,
    time,
    format,
    target,
  }: Omit<Extract<Request, { kind: 'export cells' }>, 'dataset' | 'run'>,
  hooks: RunHooks,
): Promise<Results['export cells']> {
  const rows = startRows(run, { cells, from, most });
  const [own] = run.fits([fit], hooks);
  const { experiment } = run.session;
  const { embedding, timepoints, obsNames } = experiment.dataset;
  const { method, heldOut, seed } = own!.result;
  const { dims } = embedding;
  const times = time === timepoints.times[from] ? [] : [time];
  // all components, from which the map is taken
  const every = Array.from({ length: dims }, (_, k) => k);
  const view = componentsView(run.cells(heldOut), dims, every);
  const way: Way = { start: startOf(run, own!, rows), from, times };
  const moments = followOnView(
    own!.followed,
    way,
    [],
    false,
    surroundings(run, own!, view, rows.length, hooks),
  );
  const last = <T extends Float32Array>(values: T, width: number) =>
    values.slice(times.length * rows.length * width) as T;
  const points = last(moments.positions, dims);
  const { map } = experiment;
  const drawn = map && (await run.view(heldOut, { embedding: map.name, components: [0, 1] }, hooks));
  await writePredictedCells(
    target,
    {
      time,
      origins: Array.from(rows, (row) => obsNames[row]!),
      originTime: timepoints.times[from]!,
      originTimepoint: timepoints.labels[from]!,
      embedding,
      points,
      map: map && drawn && { name: map.name, points: drawn.place(points, rows.length, hooks.shouldStop) },
      mass: moments.mass && last(moments.mass, 1),
      cellDistance: last(moments.cellDistance, 1),
      by: {
        run: name,
        method,
        heldOut: heldOut.map((k) => timepoints.labels[k]).join('+'),
        seed,
        meander: metricsOf(experiment).manifest.versions.meander ?? '',
      },
    },
    format,
  );
  return { bytes: statSync(target).size };
}
