import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type Command, Option as CommanderOption, InvalidArgumentError } from 'commander';
import { type ExperimentInput, flagOf, METHODS, type Option, options } from '../../engine/config.ts';
import { parseCondition, parseTimepointEdits } from '../../engine/dataset/edit-flags.ts';
import type { Condition } from '../../engine/dataset/subset.ts';
import { InputError } from '../../engine/errors.ts';

/** Flags that every command with a fit takes, beside those of the schema. */
export interface FitFlags {
  out: string;
  workers: number;
  config?: string;
}

/** The command's flags: each option of the schema, as `--kebab-case`, and where results go. */
export function addFitFlags(
  command: Command,
  { method, seeds }: { method: 'one' | 'list'; seeds: number },
): Command {
  for (const option of options()) {
    if (option.name === 'methods' && method === 'one') {
      command.addOption(
        new CommanderOption('--method <NAME>', `the method to fit, of ${METHODS.join(', ')} (default: auto)`),
      );
    } else for (const flag of flagsOf(option, seeds)) command.addOption(flag);
  }
  return command
    .addOption(new CommanderOption('--config <FILE>', 'take options from a manifest; flags win over it'))
    .addOption(
      new CommanderOption('--workers <N>', 'fits that run at the same time')
        .argParser((text) => {
          const n = toNumber(text);
          if (!Number.isInteger(n) || n < 1 || n > 64) throw new InvalidArgumentError('Expected 1 to 64.');
          return n;
        })
        .default(availableParallelism(), 'one a core'),
    );
}

/** Options that say how cells become points, for a command that fits nothing. */
const PREPARATION = ['where', 'embedding', 'dims', 'batch', 'map', 'seed'];

export function addPreparationFlags(command: Command): Command {
  for (const option of options())
    if (option.group === 'preparation' || PREPARATION.includes(option.name))
      for (const flag of flagsOf(option, 1)) command.addOption(flag);
  return command;
}

function flagsOf(option: Option, seeds: number): CommanderOption[] {
  const flag = flagOf(option.name);
  const fallback = option.name === 'seeds' ? seeds : option.default;
  const help =
    fallback === undefined || fallback === null || Array.isArray(fallback)
      ? option.help
      : `${option.help} (default: ${fallback})`;
  switch (option.kind) {
    case 'flag':
      return [
        new CommanderOption(flag, help),
        new CommanderOption(flag.replace('--', '--no-'), `not ${flag}`).hideHelp(),
      ];
    case 'number':
      return [new CommanderOption(`${flag} <N>`, help).argParser(toNumber)];
    case 'timepoints':
      return [new CommanderOption(`${flag} <${option.argument}>`, help).argParser(parseTimepointEdits)];
    case 'conditions':
      return [
        new CommanderOption(`${flag} <${option.argument}>`, help).argParser(
          (text: string, before: Condition[] = []) => [...before, parseCondition(text)],
        ),
      ];
    case 'list':
      return [new CommanderOption(`${flag} <${option.argument ?? 'LIST'}>`, help).argParser(toList)];
    case 'text':
      return [new CommanderOption(`${flag} <${option.argument ?? 'NAME'}>`, help)];
  }
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

const toList = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/**
 * What the user asked for: flags over the file of `--config` over what the command sets.
 * Not yet checked: `parseExperiment` does.
 */
export async function experimentFrom(
  command: Command,
  commandDefaults: Partial<ExperimentInput>,
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const option of options()) {
    if (command.getOptionValueSource(option.name) === 'cli')
      given[option.name] = command.getOptionValue(option.name);
  }
  if (command.getOptionValueSource('method') === 'cli') given.methods = [command.getOptionValue('method')];
  const file = command.getOptionValue('config') as string | undefined;
  return { ...commandDefaults, ...(file === undefined ? {} : await readConfig(file)), ...given };
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  try {
    const parsed = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const config = parsed?.config ?? parsed;
    if (typeof config !== 'object' || config === null || Array.isArray(config))
      throw new Error('not an object');
    return config as Record<string, unknown>;
  } catch (cause) {
    throw new InputError(
      'The configuration cannot be read.',
      {
        file,
        option: '--config',
        expected: 'a manifest.json that Meander wrote',
        found: (cause as Error).message,
        action: 'Name the manifest.json of an earlier result.',
      },
      cause,
    );
  }
}
