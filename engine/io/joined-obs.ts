import type { ObsColumn } from '../dataset/anndata.ts';
import { listNames } from '../dataset/names.ts';
import type { AnnotationFrame } from './annotation.ts';
import type { DataFile } from './data-file.ts';
import { joinColumns, joinedKind } from './joined-columns.ts';

/** The cells of several files, one file below the other. */
export interface JoinedObs {
  frame: AnnotationFrame;
  notes: string[];
}

/**
 * Cells' names and the columns of all files, and a column of the files' names: `file`, or the first such name that no file uses.
 * @param names of the files
 */
export function joinObs(files: readonly DataFile[], names: string[]): JoinedObs {
  const suffixed = haveCommonNames(files);
  const infos = files.map((one) => new Map(one.obsColumns().map((info) => [info.name, info])));
  const all = [...new Set(infos.flatMap((info) => [...info.keys()]))];
  const own = ['file', 'file_name', 'meander_file'].find((name) => !all.includes(name)) ?? 'joined_file';
  const kinds = (name: string) => infos.flatMap((info) => info.get(name)?.kind ?? []);
  const column = (name: string) =>
    joinColumns(files.map((one, i) => (infos[i]!.has(name) ? one.readObs(name) : one.nObs)));
  const partial = all.filter((name) => kinds(name).length < files.length);
  const mixed = all.filter((name) => new Set(kinds(name)).size > 1);
  return {
    frame: {
      columns: [...all, own],
      index: () =>
        files.flatMap((one, i) => one.obsNames().map((name) => (suffixed ? `${name}-${i}` : name))),
      kind: (name) => (name === own ? 'categorical' : joinedKind(kinds(name))),
      read: (name) => (name === own ? fileColumn(files, names) : column(name)),
    },
    notes: [
      ...(suffixed
        ? ['Cells of different files have the same name, so -0, -1, … is added to all names, by file.']
        : []),
      `obs/${own} holds the file of each cell: ${listNames(names)}.`,
      ...(partial.length > 0
        ? [
            `Columns of obs that not all files have are missing for the cells of the others: ${listNames(partial)}.`,
          ]
        : []),
      ...(mixed.length > 0
        ? [`Columns of obs that are of different kinds in the files are taken as text: ${listNames(mixed)}.`]
        : []),
    ],
  };
}

function fileColumn(files: readonly DataFile[], names: string[]): ObsColumn {
  const codes = new Int32Array(files.reduce((sum, one) => sum + one.nObs, 0));
  let at = 0;
  files.forEach(({ nObs }, i) => {
    codes.fill(i, at, at + nObs);
    at += nObs;
  });
  return { kind: 'categorical', codes, categories: names, ordered: false };
}

function haveCommonNames(files: readonly DataFile[]): boolean {
  const seen = new Set<string>();
  return files.some((one) => {
    const own = new Set(one.obsNames());
    for (const name of own) if (seen.has(name)) return true;
    for (const name of own) seen.add(name);
    return false;
  });
}

/** Labels in their order, where all files that say it say the same. */
export function commonOrdering(files: readonly DataFile[], name: string): string[] | undefined {
  const orders = files.flatMap((one) => {
    const order = one.timeOrdering(name);
    return order ? [order] : [];
  });
  return orders.every((order) => String(order) === String(orders[0])) ? orders[0] : undefined;
}
