import Table from 'cli-table3';
import { Command } from 'commander';
import { createPool } from '../../engine/host/pool.ts';
import type { AboutLine } from '../../engine/host/protocol.ts';
import { stopSignal } from './stop.ts';

/** `meander doctor`: what is installed, which device it has, what runs by default and why. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show what is installed, on which device it runs, and what is used by default')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { signal, release } = stopSignal();
      const pool = createPool(1);
      try {
        const lines = await pool.run({ kind: 'about' }, { signal });
        process.stdout.write(json ? `${JSON.stringify(lines, null, 2)}\n` : aboutText(lines));
      } finally {
        await pool.close();
        release();
      }
    });
}

function aboutText(lines: AboutLine[]): string {
  const table = new Table({
    head: ['part', 'version', 'state', ''],
    style: { head: [], border: [] },
    colWidths: [null, null, null, 70],
    wordWrap: true,
  });
  table.push(...lines.map(({ name, version, state, note }) => [name, version, state, note]));
  return `${table.toString()}
default: used without being asked for; ready: there; missing: not installed, which is no fault where it is optional; broken: installed, but does not load
`;
}
