import { type ExpressionOptions, expressionRows, findExpression } from '../dataset/expression.ts';
import {
  type GrowthPrior,
  type GrowthPriorOptions,
  growthPrior,
  growthPriorWords,
} from '../dataset/growth-gene-prior.ts';
import { InputError } from '../errors.ts';
import type { DataFile } from '../io/data-file.ts';
import { readGeneNames } from './gene-names.ts';
import type { Colouring } from './protocol.ts';

export type GrowthScoreOptions = ExpressionOptions & GrowthPriorOptions;

/**
 * The score of growth by the genes of a file. To be called in a worker thread.
 * @throws InputError: no expression, or not clear what was done to it; too few known genes; CancelledError
 */
export function readGrowthScore(file: DataFile, options: GrowthScoreOptions): GrowthPrior {
  const expression = findExpression(file, options);
  if (!expression)
    throw new InputError('There is no expression, so genes cannot tell of growth.', {
      file: file.file,
      key: 'X',
      expected: 'a matrix of cells and genes',
      found: 'none',
      action: 'Open the file that holds the counts.',
    });
  const raw = expression.key === 'raw/X' ? file.raw() : undefined;
  const genes = readGeneNames(raw ?? file);
  return growthPrior(expressionRows(file, expression), expression, genes, options, { file: file.file });
}

export function growthColouring(prior: GrowthPrior): Colouring {
  return { kind: 'numbers', values: prior.score, diverging: true, about: growthPriorWords(prior) };
}
