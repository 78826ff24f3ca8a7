import { expect, test } from 'vitest';
import { cellTypeColumn } from './cell-type-column.ts';

const column = (
  name: string,
  nUnique: number | null = 8,
  kind: 'categorical' | 'number' = 'categorical',
) => ({
  name,
  kind,
  nUnique,
});
const found = (...obs: ReturnType<typeof column>[]) =>
  cellTypeColumn({ obs, timeColumns: [{ name: 'state', labels: [], times: [], reason: '' }] });

test('types come before states, and states before clusters', () => {
  expect(found(column('leiden'), column('Cell State'), column('cell_type'))).toBe('cell_type');
  expect(found(column('leiden'), column('Cell State'))).toBe('Cell State');
  expect(found(column('batch'), column('leiden'))).toBe('leiden');
  for (const name of [
    'celltype',
    'CellType',
    'cell.type',
    'cell types',
    'cell_type_fine',
    'author_cell_type',
  ])
    expect(found(column('leiden'), column(name)), name).toBe(name);
});

test('what only sounds like it is none', () => {
  expect(found(column('batch'), column('donor'), column('phase'))).toBeNull();
  // a measurement, one type, a type a cell, the time itself
  expect(found(column('cell_type_score', null, 'number'))).toBeNull();
  expect(found(column('cell_type', 1), column('cell_label', 4000), column('state'))).toBeNull();
});
