import { z } from 'zod';

/** What a form or a flag shows of an option. */
export type OptionMeta = {
  help: string;
  group: 'data' | 'preparation' | 'experiment' | 'training' | 'output';
  /** placeholder of the value in the usage line */
  argument?: string;
  unit?: string;
  /** how it is typed, where its type does not tell */
  kind?: 'timepoints' | 'conditions';
};

export const meta = (m: OptionMeta) => m;
export const positive = z.number().positive();
export const count = z.number().int().min(1);
export const flag = z.boolean();
