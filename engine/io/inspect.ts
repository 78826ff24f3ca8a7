import type { ObsColumnInfo } from '../dataset/anndata.ts';
import { rankTimeColumns, type TimeColumnCandidate } from '../dataset/timepoints.ts';
import type { ObsmInfo } from './h5ad-obsm.ts';
import { openH5ad } from './h5ad-read.ts';

/** What `meander inspect FILE --json` prints. */
export interface Inspection {
  nObs: number;
  nVars: number;
  obs: ObsColumnInfo[];
  obsm: ObsmInfo[];
  /** best candidate first */
  timeColumns: TimeColumnCandidate[];
}

/** Looks into an h5ad without reading its matrices. @throws InputError: what openH5ad throws */
export async function inspectH5ad(path: string): Promise<Inspection> {
  const file = await openH5ad(path);
  try {
    return {
      nObs: file.nObs,
      nVars: file.nVars,
      obs: file.obsColumns(),
      obsm: file.obsm(),
      timeColumns: rankTimeColumns(file),
    };
  } finally {
    file.close();
  }
}
