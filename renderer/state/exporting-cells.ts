import { CancelledError } from '../../engine/errors.ts';
import { fileSize } from './file-size.ts';
import type { Session } from './session.svelte.ts';

/** Lets the engine write the predicted cells of the time that is looked at. What went wrong is a problem of the area `export`. */
export async function exportCellsOf(
  { dataset, journey, platform, tasks, notices }: Session,
  name: string,
  format: 'csv' | 'parquet' | 'h5ad',
): Promise<void> {
  const { results } = journey;
  if (!dataset || !results) return;
  const request = {
    kind: 'export cells',
    dataset: dataset.dataset,
    run: results.info.run,
    fit: journey.fitIndex,
    cells: journey.startRows,
    from: journey.from,
    most: journey.choices.most,
    time: journey.time,
    format,
  } as const;
  tasks.problems.delete('export');
  let bytes = 0;
  try {
    const saved = await platform.saveTo(name, async (target) => {
      const outcome = await tasks.run('export', 'Exporting the cells', { ...request, target });
      if (outcome.kind === 'failed') throw tasks.problems.get('export');
      if (outcome.kind !== 'done') throw new CancelledError();
      bytes = outcome.result.bytes;
    });
    if (saved !== null) notices.say(`Saved ${saved} (${fileSize(bytes)}).`);
  } catch (error) {
    if (!(error instanceof CancelledError)) tasks.fail('export', error);
  }
}
