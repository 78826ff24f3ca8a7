import Table from 'cli-table3';
import { Command } from 'commander';
import { createPool } from '../../engine/host/pool.ts';
import type { Inspection } from '../../engine/io/inspect.ts';
import { stopSignal } from './stop.ts';

/** `meander inspect FILE`: what an h5ad holds, and which columns can serve as time. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show what an h5ad file holds and which columns can serve as time')
    .argument('<FILE>', 'an h5ad file')
    .option('--json', 'as JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { signal, release } = stopSignal();
      const pool = createPool(1);
      try {
        const inspection = await pool.run({ kind: 'inspect', path }, { signal });
        process.stdout.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionText(inspection));
      } finally {
        await pool.close();
        release();
      }
    });
}

function inspectionText({ nObs, nVars, obs, obsm, timeColumns }: Inspection): string {
  const list = (head: string[], rows: (string | number)[][]) => {
    const table = new Table({ head, style: { head: [], border: [] } });
    table.push(...rows);
    return table.toString();
  };
  return `${[
    `${nObs} cells, ${nVars} genes`,
    '\nColumns that can serve as time, the best first (--time):',
    timeColumns.length === 0
      ? '  none'
      : list(
          ['column', 'timepoints'],
          timeColumns.map(({ name, labels }) => [name, labels.join(', ')]),
        ),
    '\nEmbeddings (--embedding):',
    obsm.length === 0
      ? '  none'
      : list(
          ['obsm', 'shape'],
          obsm.map(({ name, shape }) => [name, shape.join(' × ')]),
        ),
    '\nColumns of obs:',
    list(
      ['column', 'kind', 'distinct values'],
      obs.map(({ name, kind, nUnique }) => [name, kind, nUnique ?? 'unknown']),
    ),
  ].join('\n')}\n`;
}
