import type { FitSettings, TrainedMethod } from '../config.ts';
import type { GrowthEvidence } from '../coupling/growth-evidence.ts';
import type { IntervalChoice } from '../train/fit.ts';

/** What `auto` asks of the data, in this order. */
export const QUESTIONS = ['paths', 'clock', 'growth'] as const;
export type Question = (typeof QUESTIONS)[number];

/** One answer that was tried, with how it did on inner timepoints that were kept back. */
export interface Answer {
  /** the settings that it changes; of the first one those that others change */
  settings: Partial<FitSettings>;
  /** whether paths are bent */
  bends: boolean;
  /**
   * W1 over that of the answer before it was asked, geometric mean over the trials; 1: that answer itself; null: a trial
   * failed (JSON knows no infinity)
   */
  w1Ratio: number | null;
  /** the same of the energy distance */
  energyRatio: number | null;
  /** what is expected of W1 by trials and by simulated courses together (see expectedRatio); absent in older files */
  expectedRatio?: number | null;
}

export interface Evidence {
  question: Question;
  /** the first is what stood before */
  answers: Answer[];
  /** index of the one that was taken */
  taken: number;
}

/** What `auto` chose, and why. */
export interface Choices {
  /** as what it was fitted */
  method: TrainedMethod;
  /** of each pair of consecutive observed timepoints */
  intervals: IntervalChoice[];
  /** indices of the timepoints that were kept back in turn to choose; empty: there were none, or the user's options answer all */
  triedOn: number[];
  evidence: Evidence[];
  /**
   * of each pair of consecutive observed timepoints: whether growth differs between cells beyond noise (see growthEvidence); null: not
   * asked, since pairs are balanced there; empty: they are everywhere. Growth is told only where it is found
   */
  growth: (Pick<GrowthEvidence, 'p' | 'ratio' | 'found'> | null)[];
}
