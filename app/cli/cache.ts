import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { cacheFolder, cacheLimit, clearCache, sizeText } from '../../engine/io/gene-cache.ts';
import { type CachedIndex, listIndexes } from '../../engine/io/gene-index.ts';

/** `meander cache`: what is kept to read genes fast, where, and how to be rid of it. */
export function cacheCommand(): Command {
  return new Command('cache')
    .description('show the size and the place of what is kept to read genes fast')
    .option('--clear', 'remove it; it is built again when needed')
    .action(({ clear }: { clear?: boolean }) => {
      process.stdout.write(clear ? clearedText() : cacheText());
    });
}

function cacheText(): string {
  const indexes = listIndexes();
  const bytes = indexes.reduce((sum, index) => sum + index.bytes, 0);
  return `${[
    `Folder: ${cacheFolder()}`,
    `Holds:  ${counted(indexes.length)}, ${sizeText(bytes)} of at most ${sizeText(cacheLimit())}`,
    ...indexes.map(describeIndex),
    ...(indexes.length > 0 ? ['Remove all with: meander cache --clear'] : []),
  ].join('\n')}\n`;
}

function describeIndex({ bytes, lastUsedMs, partial, source, key }: CachedIndex): string {
  const what = source
    ? `${key} of ${source.path}${existsSync(source.path) ? '' : ' (which is gone)'}`
    : partial
      ? 'not finished'
      : 'damaged';
  return `  ${sizeText(bytes).padStart(9)}  last used ${new Date(lastUsedMs).toISOString().slice(0, 10)}  ${what}`;
}

function clearedText(): string {
  const { files, bytes } = clearCache();
  return `Removed ${counted(files)}, ${sizeText(bytes)}.\n`;
}

const counted = (n: number) => `${n} gene ${n === 1 ? 'index' : 'indexes'}`;
