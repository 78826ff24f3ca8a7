import { expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { joinTree, splitTree } from './tree-arrays.ts';

const random = randomStream(5, 'trees');
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1 / 3, 5e-324, 2 ** 53];
const number = () => (random.uniform() < 0.4 ? ODD[random.integer(ODD.length)]! : random.normal());
const KINDS = [Float32Array, Float64Array, Int32Array, Int8Array, Uint8Array];

function randomTree(depth: number): unknown {
  const length = random.integer(40);
  switch (random.integer(depth > 0 ? 8 : 6)) {
    case 0:
      return number();
    case 1:
      return ['', 'day "β"\n', '$array'][random.integer(3)];
    case 2:
      return [null, true, false][random.integer(3)];
    case 3:
      return KINDS[random.integer(KINDS.length)]!.from(Array.from({ length }, number));
    case 4:
      return Array.from({ length }, number);
    case 5:
      return Array.from({ length }, (_, i) => `name ${i}`);
    case 6:
      return Array.from({ length: random.integer(5) }, () => randomTree(depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.integer(6) }, (_, i) => [`key ${i}`, randomTree(depth - 1)]),
      );
  }
}

it('nested data comes back to the bit, whatever its numbers', () => {
  for (let i = 0; i < 300; i++) {
    const tree = randomTree(4);
    const { text, arrays } = splitTree(tree, new Map());
    const back = joinTree(
      text,
      (path) => arrays.get(path)!,
      () => [],
    );
    expect(back).toStrictEqual(tree);
  }
});

it('arrays and texts that have another place are named by it', () => {
  const names = ['a', 'b'];
  const points = Float32Array.of(1, 2);
  const elsewhere = new Map<object, string>([
    [names, '/obs/_index'],
    [points, '/obsm/X_pca'],
  ]);
  const { text, arrays } = splitTree({ names, deep: [{ points }] }, elsewhere);
  expect([...arrays.keys()]).toEqual(['/obsm/X_pca']);
  expect(
    joinTree(
      text,
      (path) => arrays.get(path)!,
      (path) => (path === '/obs/_index' ? names : []),
    ),
  ).toEqual({ names, deep: [{ points }] });
});
