import Table from 'cli-table3';
import { Command } from 'commander';
import { createPool } from '../../engine/host/pool.ts';
import type { Inspection } from '../../engine/io/inspect.ts';
import { FILES_HELP } from './load.ts';
import { stopSignal } from './stop.ts';

/** `meander inspect FILE`: what an h5ad holds, which columns can serve as time, and what its user should know. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show what a file holds, which columns can serve as time, and what to mind')
    .argument('<FILES...>', FILES_HELP)
    .option('--time <COLUMN>', 'judge by this column (default: the best candidate)')
    .option('--json', 'as JSON')
    .action(async (paths: string[], { json, time }: { json?: boolean; time?: string }) => {
      const { signal, release } = stopSignal();
      const pool = createPool(1);
      try {
        const inspection = await pool.run(
          { kind: 'inspect', paths, ...(time !== undefined && { time }) },
          { signal },
        );
        process.stdout.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionText(inspection));
      } finally {
        await pool.close();
        release();
      }
    });
}

function inspectionText({ nObs, nVars, obs, obsm, timeColumns, findings }: Inspection): string {
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
          ['column', 'timepoints', 'why'],
          timeColumns.map(({ name, labels, reason }) => [name, labels.join(', '), reason]),
        ),
    '\nEmbeddings (--embedding):',
    obsm.length === 0
      ? '  none'
      : list(
          ['obsm', 'shape', 'readable'],
          obsm.map(({ name, shape, problem }) => [name, shape.join(' × '), problem ?? 'yes']),
        ),
    '\nFindings:',
    ...findings.flatMap(({ severity, subject, title, reason, action }) => [
      `  ${severity.padEnd(8)} ${subject}: ${title} ${reason}`,
      ...(action ? [`           ${action.label}`] : []),
    ]),
    '\nColumns of obs:',
    list(
      ['column', 'kind', 'distinct values'],
      obs.map(({ name, kind, nUnique }) => [name, kind, nUnique ?? 'unknown']),
    ),
  ].join('\n')}\n`;
}
