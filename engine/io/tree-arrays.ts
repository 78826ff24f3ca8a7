import type { NumericArray } from './hdf5.ts';

/** Nested plain data: its small things as JSON text, its arrays by the path at which they were. */
export interface ArrayTree {
  text: string;
  /** e.g. `fits/0/losses/1/validation`; with a leading `/` those that are elsewhere */
  arrays: Map<string, NumericArray>;
}

/** Lists of numbers from this length on are arrays in the file. */
const SHORTEST_LIST = 16;
const ODD_NUMBERS: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/**
 * Takes the arrays out of nested plain data: objects, lists, texts, numbers, booleans, null, typed arrays. Every number
 * comes back to the bit, also NaN, the infinities and −0, which JSON does not have. Names hold no `/`.
 * @param elsewhere arrays and lists of texts that have another place in the file, e.g. `/obsm/X_pca`
 */
export function splitTree(value: unknown, elsewhere: ReadonlyMap<object, string>): ArrayTree {
  const arrays = new Map<string, NumericArray>();
  const visit = (node: unknown, path: string): unknown => {
    if (typeof node === 'number') return oddNumber(node);
    if (typeof node !== 'object' || node === null) return node;
    if (ArrayBuffer.isView(node)) {
      const key = elsewhere.get(node) ?? path;
      arrays.set(key, node as NumericArray);
      return { $array: key };
    }
    const texts = elsewhere.get(node);
    if (texts !== undefined) return { $texts: texts };
    const below = (name: string) => (path === '' ? name : `${path}/${name}`);
    if (!Array.isArray(node))
      return Object.fromEntries(
        Object.entries(node).map(([name, child]) => [name, visit(child, below(name))]),
      );
    if (node.length < SHORTEST_LIST || !node.every((item) => typeof item === 'number'))
      return node.map((child, i) => visit(child, below(String(i))));
    arrays.set(path, Float64Array.from(node));
    return { $numbers: path };
  };
  return { text: JSON.stringify(visit(value, '')), arrays };
}

/** The nested data again. @param arrayAt, textsAt throw where there is none */
export function joinTree(
  text: string,
  arrayAt: (path: string) => NumericArray,
  textsAt: (path: string) => string[],
): unknown {
  return JSON.parse(text, (_, node: unknown) => {
    if (typeof node !== 'object' || node === null) return node;
    if ('$array' in node) return arrayAt(String(node.$array));
    if ('$numbers' in node) return Array.from(arrayAt(String(node.$numbers)));
    if ('$texts' in node) return textsAt(String(node.$texts));
    return '$number' in node ? ODD_NUMBERS[String(node.$number)] : node;
  });
}

function oddNumber(value: number): unknown {
  if (Object.is(value, -0)) return { $number: '-0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}
