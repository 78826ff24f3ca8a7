import { basename } from 'node:path';

const MOST_LETTERS = 200;

/** The name of a file that a suggestion, which may come from a file's content, leads to: never a place, and one that every system takes. */
export function plainName(suggested: string): string {
  const name = basename(suggested.replaceAll('\\', '/')).replace(/[<>:"/|?*\p{Cc}\p{Cf}\p{Cs}]/gu, '_');
  if (/^[.\s]*$/.test(name)) return 'meander';
  return RESERVED.test(name) ? `_${shortened(name)}` : shortened(name);
}

/** Names that Windows takes for devices, with whatever ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** What follows the first dot of the last twenty letters stays. */
function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= MOST_LETTERS) return name;
  const ending = /\.[^\s]{1,20}$/u.exec(name)?.[0] ?? '';
  return letters.slice(0, MOST_LETTERS - ending.length).join('') + ending;
}
