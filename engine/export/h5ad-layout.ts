import { ARRAY, type CategoricalContent, childKey, writeCategorical } from '../io/h5ad-write.ts';
import type { NumericArray } from '../io/hdf5.ts';
import { openHdf5 } from '../io/hdf5.ts';
import type { Hdf5Writer } from '../io/hdf5-write.ts';

/** How a file keeps its tables, which says where further columns and matrices can go. */
export interface Layout {
  obs: TableLayout;
  var: TableLayout;
  oldObsm: boolean;
}

/**
 * Names of the columns; undefined where the file does not list them; `old`: a compound table, as before anndata 0.7, which
 * cannot gain a column
 */
export type TableLayout = string[] | undefined | 'old';

/** A column that the user made. */
export interface Label {
  name: string;
  column: CategoricalContent;
}

/** To be called in a worker thread. */
export async function layoutOf(path: string): Promise<Layout> {
  const file = await openHdf5(path);
  try {
    const table = (key: string): TableLayout => {
      const node = file.get(key);
      if (node?.kind === 'dataset') return 'old';
      const order = node?.attribute('column-order');
      // no columns are written as a list of no numbers
      if (ArrayBuffer.isView(order)) return [];
      return Array.isArray(order) ? order.map(String) : undefined;
    };
    return { obs: table('obs'), var: table('var'), oldObsm: file.get('obsm')?.kind === 'dataset' };
  } finally {
    file.close();
  }
}

/**
 * Adds columns to a table that can gain some.
 * @param values numbers, which a later call can replace
 * @param labels under names of ours where the table has others of that name
 */
export function addColumns(
  writer: Hdf5Writer,
  key: 'obs' | 'var',
  columns: string[] | undefined,
  values: Record<string, NumericArray>,
  labels: readonly Label[] = [],
): void {
  const names = labels.map(({ name, column }) => {
    let free = name;
    while (writer.has(childKey(key, free))) free = `meander_${free}`;
    writeCategorical(writer, childKey(key, free), column);
    return free;
  });
  for (const [name, array] of Object.entries(values)) writer.replaceable(`${key}/${name}`, array, ARRAY);
  const added = [...names, ...Object.keys(values).filter((name) => !columns?.includes(name))];
  if (columns && added.length > 0) writer.attribute(key, 'column-order', [...columns, ...added]);
}
