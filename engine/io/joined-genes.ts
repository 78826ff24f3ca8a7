import { listNames } from '../dataset/names.ts';
import { withoutVersion } from './gene-ids.ts';

/** The genes of one file. */
export interface GeneList {
  names: string[];
  /** e.g. of Ensembl; undefined: not known */
  ids: string[] | undefined;
}

export interface CommonGenes {
  /** those of the first file, in its order */
  names: string[];
  /** of each file: which of its genes each is */
  columns: Int32Array[];
  notes: string[];
}

/**
 * The genes that all files have: by name; by id where names are common to less than half of the smallest file, or occur more than
 * once, and ids have more in common. Equal lists are taken as they are. A name that occurs more than once in a file is
 * otherwise left out, since it is not known which gene is which.
 * @param lists at least two
 * @returns undefined: none in common
 */
export function commonGenes(lists: readonly GeneList[]): CommonGenes | undefined {
  const names = lists.map((list) => list.names);
  const smallest = Math.min(...names.map(({ length }) => length));
  if (smallest > 0 && names.every((list) => areEqual(list, names[0]!)))
    return {
      names: names[0]!,
      columns: names.map((list) => Int32Array.from(list, (_, i) => i)),
      notes: [`All ${lists.length} files have the same ${smallest} genes.`],
    };
  const byName = intersect(names);
  const ids = lists.flatMap((list) => (list.ids ? [list.ids.map(withoutVersion)] : []));
  const doubtful = byName.repeated.length > 0 || byName.columns[0]!.length < smallest / 2;
  const byId = doubtful && ids.length === lists.length ? intersect(ids) : undefined;
  const useIds = byId !== undefined && byId.columns[0]!.length > byName.columns[0]!.length;
  const { columns, repeated } = useIds ? byId : byName;
  const n = columns[0]!.length;
  if (n === 0) return undefined;
  return {
    names: Array.from(columns[0]!, (i) => names[0]![i]!),
    columns,
    notes: [
      ...countNotes(n, names),
      ...(useIds
        ? ['The genes are joined by their ids (such as ENSG…), since their names differ or repeat.']
        : []),
      ...repeatedNotes(repeated),
    ],
  };
}

function countNotes(n: number, names: string[][]): string[] {
  const sizes = names.map(({ length }) => length);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const each = least === most ? String(least) : `${least} to ${most}`;
  const text = `${n} genes are in all ${names.length} files, which have ${each} each; the others are left out.`;
  return n < least / 2
    ? [
        text,
        'That is less than half of the smallest file: perhaps the files are of different species or references.',
      ]
    : [text];
}

function repeatedNotes(repeated: string[]): string[] {
  if (repeated.length === 0) return [];
  return [
    `Genes whose name occurs more than once in a file are left out, since it is not known which is which: ${listNames(repeated, 5)}.`,
  ];
}

/** What occurs once in each list, in the order of the first; `repeated`: is in all, but more than once in some. */
function intersect(lists: string[][]): { columns: Int32Array[]; repeated: string[] } {
  const places = lists.map(placesOf);
  const inAll = [...places[0]!.keys()].filter((name) => places.every((place) => place.has(name)));
  const isRepeated = (name: string) => places.some((place) => place.get(name)! < 0);
  const once = inAll.filter((name) => !isRepeated(name));
  return {
    columns: places.map((place) => Int32Array.from(once, (name) => place.get(name)!)),
    repeated: inAll.filter(isRepeated),
  };
}

/** Where each text of a list is; −1 = in several places. */
function placesOf(list: string[]): Map<string, number> {
  const places = new Map<string, number>();
  list.forEach((text, i) => {
    places.set(text, places.has(text) ? -1 : i);
  });
  return places;
}

function areEqual(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
