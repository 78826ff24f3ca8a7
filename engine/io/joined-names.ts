import { basename, resolve } from 'node:path';
import { displayUnit } from '../dataset/time-label.ts';

const EXTENSION = /\.(h5ad|h5|hdf5|mtx)(\.gz)?$/i;
/** What programs call every matrix and folder of theirs. */
const USUAL = /(^|[_.-])(matrix|outs|(sample_)?(filtered|raw)_(feature|gene)_bc_matri(x|ces)(_h5)?)$/i;
const ACCESSION = /^(GS[ME]|[SED]R[RXS])\d+$/i;
/** A point between digits is a decimal one. */
const TOKEN = /(?:[^_\s.-]|(?<=\d)\.(?=\d))+/g;

/**
 * Short names of files, each different: without what programs add, without accession numbers in front, and without the words at
 * the beginning and end that all have in common. A word that is a unit of time stays with its number.
 * `GSM1_mouse_d0_matrix.mtx.gz`, `GSM2_mouse_d3_matrix.mtx.gz` → `d0`, `d3`; `day0/outs/…`, `day3/outs/…` → `day0`, `day3`
 * @param paths of different files or folders
 */
export function shortNames(paths: readonly string[]): string[] {
  const names = differentParts(paths);
  if (!names) return fullNames(paths);
  const plain = names.map((name) => (tokensOf(name).length > 1 ? withoutAccession(name) : name));
  return trimmed(areDistinct(plain) ? plain : names);
}

/** The last part of the paths in which all differ, else as many of the last as needed; undefined: they do not. */
function differentParts(paths: readonly string[]): string[] | undefined {
  const parts = paths.map(tellingParts);
  const depth = Math.max(...parts.map(({ length }) => length));
  for (let k = 0; k < depth; k++) {
    const names = parts.map((part) => part[k] ?? '');
    if (areDistinct(names)) return names;
  }
  for (let k = 2; k <= depth; k++) {
    const names = parts.map((part) => part.slice(0, k).reverse().join('_'));
    if (areDistinct(names)) return names;
  }
  return undefined;
}

/** Of files whose names differ in nothing that tells. */
function fullNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  return areDistinct(names) ? names : [...paths];
}

/** The parts of a path that are somebody's choice, the last first. */
function tellingParts(path: string): string[] {
  const [name = '', ...folders] = resolve(path)
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .reverse();
  const parts = [name.replace(EXTENSION, ''), ...folders].map((part) => part.replace(USUAL, ''));
  const first = parts.findIndex((part) => part !== '');
  return first < 0 ? [name] : parts.slice(first);
}

function areDistinct(names: string[]): boolean {
  return !names.includes('') && new Set(names).size === names.length;
}

interface Token {
  text: string;
  from: number;
  to: number;
}

function tokensOf(name: string): Token[] {
  return Array.from(name.matchAll(TOKEN), ({ 0: text, index }) => ({
    text,
    from: index,
    to: index + text.length,
  }));
}

function withoutAccession(name: string): string {
  const [first, second] = tokensOf(name);
  return ACCESSION.test(first!.text) ? name.slice(second!.from) : name;
}

function trimmed(names: string[]): string[] {
  const tokens = names.map(tokensOf);
  const shortest = Math.min(...tokens.map(({ length }) => length));
  const same = (pick: (list: Token[]) => Token) =>
    tokens.every((list) => pick(list).text === pick(tokens[0]!).text);
  let before = 0;
  while (before < shortest - 1 && same((list) => list[before]!)) before++;
  let after = 0;
  while (after < shortest - 1 - before && same((list) => list[list.length - 1 - after]!)) after++;
  if (before > 0 && displayUnit(tokens[0]![before - 1]!.text.toLowerCase()) !== '') before--;
  const short = names.map((name, i) => {
    const list = tokens[i]!;
    return list.length === 0 ? name : name.slice(list[before]!.from, list[list.length - 1 - after]!.to);
  });
  return areDistinct(short) ? short : names;
}
