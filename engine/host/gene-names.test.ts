import { expect, test } from 'vitest';
import type { ObsColumn } from '../dataset/anndata.ts';
import { findGenes, readGeneNames } from './gene-names.ts';

const genesOf = (index: string[], columns: Record<string, (string | null)[]>) =>
  readGeneNames({
    varNames: () => index,
    varColumns: () => Object.keys(columns).map((name) => ({ name, kind: 'string', nUnique: 3 })),
    readVar: (name): ObsColumn => ({ kind: 'string', values: columns[name]! }),
  });

const IDS = ['ENSG00000111640.5', 'ENSMUSG00000057666', 'ENSG00000000003'];

test('names and identifiers are told apart, whichever the index holds', () => {
  const names = ['GAPDH', 'Gapdh', 'TSPAN6'];
  expect(genesOf(names, { gene_ids: IDS })).toEqual({ names, ids: IDS });
  expect(genesOf(IDS, { highly_variable: [], feature_name: names })).toEqual({ names, ids: IDS });
  expect(genesOf(IDS, { gene_symbols: ['GAPDH', null, ''] })).toEqual({
    names: ['GAPDH', IDS[1], IDS[2]],
    ids: IDS,
  });
  expect(genesOf(IDS, {})).toEqual({ names: IDS, ids: null });
  expect(genesOf(names, { other: [] })).toEqual({ names, ids: null });
});

test('the gene itself comes first, then what begins so, the shortest first, then what contains it', () => {
  const genes = { names: ['MYOD1', 'CD4', 'SCD4X', 'CD44', 'CD4-AS1', 'cd40'], ids: null };
  const found = (text: string, most = 10) => findGenes(genes, text, most).map(({ name }) => name);
  expect(found('cd4')).toEqual(['CD4', 'CD44', 'cd40', 'CD4-AS1', 'SCD4X']);
  expect(found(' CD4 ', 2)).toEqual(['CD4', 'CD44']);
  expect(found('', 2)).toEqual(['MYOD1', 'CD4']);
  expect(found('(.*')).toEqual([]);
});

test('by identifier, with or without its version', () => {
  const genes = { names: ['A', 'B', 'C'], ids: [...IDS.slice(0, 2), ''] };
  expect(findGenes(genes, 'ensg00000111640', 5)).toEqual([{ name: 'A', id: IDS[0], column: 0 }]);
  expect(findGenes(genes, 'c', 5)).toEqual([{ name: 'C', id: null, column: 2 }]);
});
