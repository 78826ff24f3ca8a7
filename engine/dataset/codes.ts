import type { ObsSource } from './anndata.ts';
import { distinctValues, valueText } from './column-values.ts';

/** A column of obs as numbers and the names they stand for. */
export interface Codes {
  /** [nObs], −1 = no value */
  codes: Int32Array;
  names: string[];
}

/** @param option the flag that the name came from, for the error */
export function readCodes(file: ObsSource, name: string, option: string): Codes {
  const column = file.readObs(name, option);
  const { values, codes } = distinctValues(column);
  const texts = values.map(valueText);
  if (column.kind === 'categorical') return { codes, names: texts };
  const names = texts.toSorted();
  const rank = texts.map((text) => names.indexOf(text));
  return { codes: codes.map((code) => (code < 0 ? -1 : rank[code]!)), names };
}
