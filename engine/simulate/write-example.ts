import { writeH5ad } from '../io/h5ad-write.ts';
import { exampleDataset } from './example.ts';

/** Writes the embedded example as an h5ad: counts, day, cell type, the embedding and its loadings. */
export async function writeExample(path: string): Promise<void> {
  const { nObs, nVars, counts, obsNames, varNames, day, cellType, xPca, components, loadings } =
    exampleDataset();
  await writeH5ad(path, {
    nObs,
    nVars,
    obsNames,
    varNames,
    X: Float32Array.from(counts),
    obs: { day, cell_type: cellType },
    obsm: { X_pca: { values: xPca, shape: [nObs, components] } },
    varm: { PCs: { values: loadings, shape: [nVars, components] } },
    uns: { source: 'Simulated by Meander (engine/simulate/branching.ts), not a measurement.' },
  });
}
