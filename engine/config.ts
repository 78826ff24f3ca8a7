import { z } from 'zod';
import { InputError } from './errors.ts';
import { columnOptions, dataOptions } from './options/data-options.ts';
import { experimentOptions, outputOptions } from './options/experiment-options.ts';
import { fitOptions } from './options/fit-options.ts';
import type { OptionMeta } from './options/option-meta.ts';
import { preparationOptions } from './options/preparation-options.ts';

export {
  bendsPaths,
  DEFAULT_COMPARISON,
  METHODS,
  type Method,
  TRAINED_METHODS,
  type TrainedMethod,
} from './options/methods.ts';
export type { OptionMeta } from './options/option-meta.ts';

/** The settings of one fit, complete. */
export const fitSettingsSchema = z.strictObject(fitOptions);
export type FitSettings = z.infer<typeof fitSettingsSchema>;

/**
 * An experiment: what the user asks for. Settings of the fit are optional here; what is not given comes from
 * the preset (`resolveFitSettings`). The manifest holds it, `--config` takes it back.
 */
export const experimentSchema = z.strictObject({
  ...dataOptions,
  ...preparationOptions,
  ...experimentOptions,
  ...columnOptions,
  ...outputOptions,
  ...z.strictObject(fitOptions).partial().shape,
});
export type ExperimentConfig = z.infer<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;

/** One option, as flags and forms are derived from it. */
export type Option = Omit<OptionMeta, 'kind'> & {
  name: keyof ExperimentConfig;
  kind: 'flag' | 'number' | 'text' | 'list' | 'timepoints' | 'conditions';
  default: unknown;
};

/** Every option with its help, in the order of the schema. */
export function options(): Option[] {
  return Object.entries(experimentSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined);
    const about = metaOf(schema) as OptionMeta;
    return {
      ...about,
      name: name as keyof ExperimentConfig,
      kind: about.kind ?? kindOf(schema),
      default: fallback.success ? fallback.data : undefined,
    };
  });
}

/** `holdOut` → `--hold-out` */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** Checks an experiment; what is wrong is said by its flag. */
export function parseExperiment(input: unknown): ExperimentConfig {
  const parsed = experimentSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    throw new InputError(`There is no option ${issue.keys.map((k) => `"${k}"`).join(', ')}.`, {
      option: issue.keys.map(flagOf).join(', '),
      action: 'Remove it from the configuration, or see `meander run --help` for the names.',
    });
  }
  const name = String(issue.path[0] ?? '');
  const given = (input as Record<string, unknown> | null)?.[name];
  throw new InputError(`${flagOf(name)} cannot be used as given.`, {
    option: flagOf(name),
    expected: expectedWords(issue),
    found: given === undefined ? 'nothing' : JSON.stringify(given),
    action: name === 'time' ? 'Name the column of obs that holds the time of each cell.' : 'See --help.',
  });
}

type Issue = z.core.$ZodIssue;

const KINDS: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
};

/** What would be right, in words of the reader; rare issues as the schema says them. */
function expectedWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.message;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'at least one';
      return `a number ${issue.inclusive ? 'from' : 'above'} ${issue.minimum}${issue.inclusive ? ' on' : ''}`;
    case 'too_big':
      return `a number up to ${issue.maximum}`;
    case 'invalid_value':
      return `one of: ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function metaOf(schema: z.ZodType): unknown {
  const own = schema.meta();
  if (own?.help) return own;
  const inner = (schema as unknown as { unwrap?: () => z.ZodType }).unwrap?.();
  return inner ? metaOf(inner) : own;
}

function kindOf(schema: z.ZodType): Option['kind'] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return kindOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodBoolean) return 'flag';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodArray) return 'list';
  return 'text';
}
