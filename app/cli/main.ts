#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { describeError, MeanderError } from '../../engine/errors.ts';
import { versions } from '../../engine/export/manifest.ts';
import { cacheCommand } from './cache.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { embedCommand } from './embed.ts';
import { evaluateCommand } from './evaluate.ts';
import { exampleCommand } from './example.ts';
import { exportCommand } from './export.ts';
import { inspectCommand } from './inspect.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';

const EXIT_STATUS = { input: 2, work: 1, cancelled: 130 } as const;

const program = new Command('meander')
  .description('Single-cell trajectories between timepoints, by Metric Flow Matching.')
  .version(versions().meander!)
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('(see --help)');
for (const command of [
  inspectCommand(),
  embedCommand(),
  runCommand(),
  evaluateCommand(),
  exportCommand(),
  reportCommand(),
  serveCommand(),
  demoCommand(),
  exampleCommand(),
  cacheCommand(),
  doctorCommand(),
]) {
  program.addCommand(command.exitOverride().showHelpAfterError('(see --help)'));
}

// who reads along may stop: `meander inspect FILE | head`
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has printed it; asking for help or the version is no error
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof MeanderError) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = EXIT_STATUS[error.tag];
  } else {
    process.stderr.write(`This is a defect of Meander, not of your data.\n${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
