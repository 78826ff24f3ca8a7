import { mapBlocks, type RowBlocks } from './row-blocks.ts';

/** Natural logarithm of 1 + x of each entry, made block by block at each pass; the source is left as it is. */
export function log1p(source: RowBlocks): RowBlocks {
  return mapBlocks(source, ({ data }) => {
    const logged = data.slice();
    for (let e = 0; e < logged.length; e++) logged[e] = Math.log1p(logged[e]!);
    return logged;
  });
}
