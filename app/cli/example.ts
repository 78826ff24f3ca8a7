import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import Table from 'cli-table3';
import { Argument, Command, Option as CommanderOption, InvalidArgumentError } from 'commander';
import { TOY_METHODS, toyDataset, toyJob } from '../../engine/evaluate/toy.ts';
import {
  type ExampleResult,
  exampleResult,
  writeExampleResults,
} from '../../engine/export/example-results.ts';
import { openResultsFolder } from '../../engine/export/results-folder.ts';
import { createPool } from '../../engine/host/pool.ts';
import { makeToy, TOY_NAMES, type ToyName } from '../../engine/simulate/toy-example.ts';
import { stopSignal } from './stop.ts';

/** `meander example NAME`: straight and geodesic paths on the data sets of the paper's pictures. */
export function exampleCommand(): Command {
  return new Command('example')
    .description('compare straight and geodesic paths on an example whose manifold is known')
    .addArgument(new Argument('<NAME>', 'the example').choices(TOY_NAMES))
    .option('--out <DIR>', 'folder for the results (default: meander-NAME)')
    .addOption(
      new CommanderOption('--seed <S>', 'of the simulation and of the fits')
        .argParser(wholeNumber(0, 2 ** 31 - 1))
        .default(42),
    )
    .addOption(
      new CommanderOption('--workers <N>', 'fits that run at the same time')
        .argParser(wholeNumber(1, 64))
        .default(availableParallelism(), 'one a core'),
    )
    .action(async (name: ToyName, flags: { out?: string; seed: number; workers: number }) => {
      const { result, target } = await performExample(name, flags.seed, flags.workers, flags.out);
      process.stdout.write(`${distanceTable(result)}\n`);
      process.stdout.write(
        `Results: ${relative(process.cwd(), target) || '.'} (open report.html in a browser)\n`,
      );
    });
}

async function performExample(name: ToyName, seed: number, workers: number, out = `meander-${name}`) {
  const { signal, release } = stopSignal();
  const pool = createPool(workers);
  const folder = await openResultsFolder(out);
  try {
    const toy = makeToy(name, seed);
    const dataset = toyDataset(toy);
    const fits = await Promise.all(
      TOY_METHODS.map(async (method) => {
        const fit = await pool.run({ kind: 'fit', dataset, job: toyJob(toy, method, seed) }, { signal });
        process.stderr.write(`${method} fitted (${Math.ceil(fit.seconds)} s)\n`);
        return fit;
      }),
    );
    const result = exampleResult(toy, seed, fits);
    await writeExampleResults(folder, toy, result, fits);
    return { result, target: folder.target };
  } finally {
    await pool.close();
    await folder.discard();
    release();
  }
}

function distanceTable({ rows }: ExampleResult): string {
  const figure = (value: number | null | undefined) =>
    value === null ? 'diverged' : value === undefined ? '–' : value.toFixed(4);
  const table = new Table({
    head: ['method', 'distance half-way', 'W1 half-way'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right'],
  });
  for (const { method, distance, w1 } of rows) table.push([method, figure(distance), figure(w1)]);
  return `Mean distance half-way to the manifold, for digits to held-back images (lower is better)\n${table.toString()}`;
}

function wholeNumber(low: number, high: number) {
  return (text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}
