import type { ObsColumn } from './anndata.ts';
import { shortestText } from './time-label.ts';

/** A column as its distinct values and each cell's index into them. */
export interface DistinctValues {
  /** in order of their appearance; of a categorical all categories, of booleans False and True */
  values: (string | number)[];
  /** [nObs], −1 = missing */
  codes: Int32Array;
}

export function distinctValues(column: ObsColumn): DistinctValues {
  switch (column.kind) {
    case 'categorical': {
      const values = Array.isArray(column.categories) ? column.categories : shortNumbers(column.categories);
      // a category may itself be NaN
      const missing = values.map((value) => typeof value === 'number' && Number.isNaN(value));
      return { values, codes: column.codes.map((code) => (code >= 0 && missing[code] ? -1 : code)) };
    }
    case 'boolean':
      return { values: ['False', 'True'], codes: Int32Array.from(column.values) };
    default: {
      const index = new Map<string | number, number>();
      const codes = Int32Array.from(column.values as ArrayLike<string | number | null>, (value) => {
        if (value === null || Number.isNaN(value)) return -1;
        let code = index.get(value);
        if (code === undefined) {
          code = index.size;
          index.set(value, code);
        }
        return code;
      });
      const values = [...index.keys()];
      return {
        values: column.kind === 'number' ? shortNumbers(column.values, values as number[]) : values,
        codes,
      };
    }
  }
}

/** A value as it is shown and typed. */
export const valueText = (value: string | number) =>
  typeof value === 'number' ? shortestText(value) : value;

/** 32-bit floats as the number that their shortest text means: 0.1, not 0.10000000149. */
function shortNumbers(stored: Float32Array | Float64Array, values: ArrayLike<number> = stored): number[] {
  return Array.from(values, stored instanceof Float32Array ? (v) => Number(shortestText(v, true)) : (v) => v);
}
