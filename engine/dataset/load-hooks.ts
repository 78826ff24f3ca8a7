import type { ExpressionStage } from '../embedding/expression-pca.ts';
import type { Hooks } from '../preprocess/row-blocks.ts';

export type LoadStage = 'reading' | ExpressionStage;

/** For what takes long between a file and its embedding. */
export interface LoadHooks {
  /** true ends the work with CancelledError */
  shouldStop?(): boolean;
  onProgress?(stage: LoadStage, progress: { step: number; steps: number }): void;
}

/** The same for the loops of one stage. */
export function hooksOf({ shouldStop, onProgress }: LoadHooks, stage: LoadStage): Hooks {
  return {
    ...(shouldStop && { shouldStop }),
    onProgress: (step, steps) => onProgress?.(stage, { step, steps }),
  };
}
