import type { ObsColumnInfo } from '../dataset/anndata.ts';
import type { Finding } from '../dataset/finding.ts';
import { assessTimeColumns, saysTime, type TimeColumns } from '../dataset/time-columns.ts';
import type { DataFile } from './data-file.ts';
import { examine } from './examine.ts';
import type { ObsmInfo } from './h5ad-obsm.ts';
import { openData } from './open-data.ts';

/** What `meander inspect FILE --json` prints. */
export interface Inspection {
  nObs: number;
  nVars: number;
  obs: ObsColumnInfo[];
  obsm: ObsmInfo[];
  /** best candidate first */
  timeColumns: TimeColumns['candidates'];
  /** columns that cannot serve as time, and why */
  otherColumns: TimeColumns['others'];
  /** worst first */
  findings: Finding[];
}

/**
 * Looks into a file or several: of the matrices only a sample is read.
 * @param time the column to judge by; default the best candidate, else the first whose name says time
 * @throws InputError: what openData throws, no such column
 */
export async function inspectData(paths: readonly string[], time?: string): Promise<Inspection> {
  const file = await openData(paths);
  try {
    return inspectFile(file, time);
  } finally {
    file.close();
  }
}

/** The same for a file that is open. */
export function inspectFile(file: DataFile, time?: string): Inspection {
  const { candidates, others } = assessTimeColumns(file);
  return {
    nObs: file.nObs,
    nVars: file.nVars,
    obs: file.obsColumns(),
    obsm: file.obsm(),
    timeColumns: candidates,
    otherColumns: others,
    // a column that is meant as time but cannot serve is told with the reason
    findings: examine(
      file,
      time ?? candidates[0]?.name ?? others.find(({ name }) => saysTime(name))?.name ?? null,
    ),
  };
}
