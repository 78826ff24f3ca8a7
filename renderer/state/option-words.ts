import { experimentSchema, type Option, options } from '../../engine/config.ts';
import type { Preparation } from '../../engine/host/protocol.ts';

/** What the interface calls the options that it shows. */
const WORDS = {
  time: 'time column',
  timepoints: 'timepoints',
  where: 'cells to use',
  embedding: 'space for the paths',
  dims: 'dimensions of it',
  batch: 'replicates',
  expression: 'compute from',
  expressionState: 'the values are',
  minCounts: 'counts, at least',
  minGenes: 'genes found, at least',
  maxMitochondrial: 'mitochondrial share, at most',
  minCells: 'cells with the gene, at least',
  targetSum: 'counts in each cell',
  variableGenes: 'variable genes',
  flavour: 'chosen by',
  genesByBatch: 'choose in each replicate',
  map: 'map for the eye',
  seed: 'seed',
} as const satisfies Partial<Record<keyof Preparation | 'time' | 'timepoints', string>>;

/** The words for an option; null: the interface does not show it. */
export const optionWords = (name: string): string | null =>
  name in WORDS ? WORDS[name as keyof typeof WORDS] : null;

/** A field of a form, derived from the schema of the configuration. */
export interface OptionField {
  name: keyof Preparation;
  label: string;
  help: string;
  kind: Option['kind'] | 'choice';
  unit: string | null;
  default: unknown;
  /** may be left empty: no limit, or what the data says */
  optional: boolean;
  choices: string[];
  min: number | null;
  max: number | null;
  whole: boolean;
}

export function optionField(name: keyof Preparation): OptionField {
  const option = options().find((one) => one.name === name)!;
  const schema = inner(experimentSchema.shape[name]);
  const choices: string[] = schema.options ?? [];
  return {
    name,
    label: WORDS[name],
    help: sentence(option.help),
    kind: choices.length > 0 ? 'choice' : option.kind,
    unit: option.unit ?? null,
    default: option.default,
    optional: option.default === null,
    choices,
    min: finite(schema.minValue),
    max: finite(schema.maxValue),
    whole: schema.format === 'safeint',
  };
}

interface Inner {
  unwrap?: () => Inner;
  options?: string[];
  minValue?: number | null;
  maxValue?: number | null;
  format?: string | null;
}

function inner(schema: unknown): Inner {
  const one = schema as Inner & { element?: unknown };
  return one.unwrap && one.element === undefined ? inner(one.unwrap()) : one;
}

const finite = (n: number | null | undefined) =>
  n !== null && n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER ? n : null;

/** The help as one sentence; the flags of the command line are left out. */
function sentence(help: string): string {
  const text = help
    .replace(/^run: /, '')
    .replace(/ \(--[a-z-]+\)/g, '')
    .replace(/ \(default: ([^)]*)\)/g, '; without it: $1');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
