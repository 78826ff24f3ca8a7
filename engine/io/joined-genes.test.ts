import { describe, expect, it } from 'vitest';
import { commonGenes } from './joined-genes.ts';

describe('common genes', () => {
  const list = (names: string, ids?: string) => ({ names: names.split(' '), ids: ids?.split(' ') });
  const columnsOf = (...lists: ReturnType<typeof list>[]) =>
    commonGenes(lists)?.columns.map((columns) => Array.from(columns));

  it('are in the order of the first file', () => {
    expect(columnsOf(list('a b c d'), list('d x b a'))).toEqual([
      [0, 1, 3],
      [3, 2, 0],
    ]);
    expect(commonGenes([list('a b'), list('c d')])).toBeUndefined();
  });

  it('are found by ids where names differ, whatever the version', () => {
    const found = commonGenes([
      list('a b c', 'ENSG1.3 ENSG2.1 ENSG3.2'),
      list('ENSG3.4 ENSG2.2 ENSG9.1', 'ENSG3.4 ENSG2.2 ENSG9.1'),
    ]);
    expect(found!.names).toEqual(['b', 'c']);
    expect(found!.columns.map((columns) => Array.from(columns))).toEqual([
      [1, 2],
      [1, 0],
    ]);
    expect(found!.notes.join()).toMatch(/by their ids/);
  });

  it('of equal lists are all of them, repeated or not', () => {
    expect(columnsOf(list('a b a'), list('a b a'))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it('are none whose name is there twice, unless ids tell them apart', () => {
    expect(columnsOf(list('a b a c'), list('c a b'))).toEqual([
      [1, 3],
      [2, 0],
    ]);
    expect(commonGenes([list('a b a'), list('b a')])!.notes.join()).toMatch(/more than once .*: a\./);
    expect(columnsOf(list('a b a', 'i j k'), list('b a a', 'j k i'))).toEqual([
      [0, 1, 2],
      [2, 0, 1],
    ]);
  });

  it('that are few are told', () => {
    const few = commonGenes([list('a b c'), list('a x y z')])!;
    expect(few.notes.join()).toMatch(/less than half/);
    expect(commonGenes([list('a b'), list('a b z')])!.notes.join()).not.toMatch(/less than half/);
  });
});
