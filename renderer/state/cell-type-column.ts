import type { OpenedDataset } from '../../engine/host/protocol.ts';

/** What columns with cell types are called, the surest first; clusters stand in for types that nobody named. */
const NAMES = [
  /^(majority_voting|predicted_labels|cell_?(sub)?_?(type|types|label|labels|class|identity|ontology\w*))(\b|_)/i,
  /cell_?type|cell_?(state|class|annotation)|annotation/i,
  /^(lineage|annot|labels?|identity|state)s?$/i,
  /^(leiden|louvain|clusters?|seurat_clusters)/i,
];
/** More are no types. */
const MOST_TYPES = 200;

/** The column of the cell types, by its name; null: none is called so. Distances are then told for each type too. */
export function cellTypeColumn({
  obs,
  timeColumns,
}: Pick<OpenedDataset, 'obs' | 'timeColumns'>): string | null {
  const times = new Set(timeColumns.map(({ name }) => name));
  const names = obs
    .filter(({ name, kind }) => (kind === 'categorical' || kind === 'string') && !times.has(name))
    .filter(({ nUnique }) => nUnique !== null && nUnique >= 2 && nUnique <= MOST_TYPES)
    // blanks and points separate words as underlines do
    .map(({ name }) => ({ name, plain: name.trim().replaceAll(/[\s.-]+/g, '_') }));
  for (const pattern of NAMES) {
    const found = names.find(({ plain }) => pattern.test(plain));
    if (found) return found.name;
  }
  return null;
}
