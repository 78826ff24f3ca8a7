import { writeH5ad } from '../../engine/io/h5ad-write.ts';
import { exampleDataset } from '../../engine/simulate/example.ts';

/** So few that what is computed has few dimensions, and a run with all that is usual takes seconds. */
const SMALL = { cells: 240, genes: 20 };

/** A file as a laboratory has it: counts, days and cell types of a small time course, and nothing computed. */
export async function writeTimeCourse(path: string): Promise<void> {
  const { nObs, nVars, counts, obsNames, varNames, day, cellType } = exampleDataset(SMALL);
  await writeH5ad(path, {
    nObs,
    nVars,
    obsNames,
    varNames,
    X: Float32Array.from(counts),
    obs: { day, cell_type: cellType },
  });
}
