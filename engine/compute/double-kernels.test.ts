import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { gramScratchLength, loadDoubleKernels } from './double-kernels.ts';

const kernels = loadDoubleKernels(2 ** 22);
const random = randomStream(1, 'double kernels');
const normals = (length: number) => kernels.doubles(length).map(() => random.normal());

/** An array of the kernels with these numbers. */
function held(numbers: Float64Array): Float64Array {
  const array = kernels.doubles(numbers.length);
  array.set(numbers);
  return array;
}

/** Rows of 0 to p entries. */
function sparseRows(rows: number, p: number) {
  const chosen = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: p }, (_, j) => j).filter(() => random.uniform() < i / (rows - 1)),
  );
  const all = chosen.flat();
  const x = {
    values: held(normals(all.length)),
    indices: kernels.integers(all.length),
    starts: kernels.integers(rows + 1),
  };
  x.indices.set(all);
  chosen.forEach((row, i) => {
    x.starts[i + 1] = x.starts[i]! + row.length;
  });
  return x;
}

function eachEntry(
  { values, indices, starts }: ReturnType<typeof sparseRows>,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let i = 0; i + 1 < starts.length; i++)
    for (let e = starts[i]!; e < starts[i + 1]!; e++) visit(i, indices[e]!, values[e]!);
}

describe('gramAdd', () => {
  it.each([1, 2, 7, 40])('is to the bit what loops over rows give, twice, for %i genes', (p) => {
    const x = sparseRows(30, p);
    const gram = kernels.doubles(p * p);
    const sums = kernels.doubles(p);
    const scratch = kernels.integers(gramScratchLength(p, x.values.length));
    const expectedGram = new Float64Array(p * p);
    const expectedSums = new Float64Array(p);
    for (let time = 0; time < 2; time++) {
      kernels.gramAdd(x, 30, gram, sums, scratch);
      eachEntry(x, (row, column, value) => {
        expectedSums[column]! += value;
        eachEntry(x, (other, partner, factor) => {
          if (other === row && partner >= column) expectedGram[column * p + partner]! += value * factor;
        });
      });
    }
    expect(Array.from(gram)).toEqual(Array.from(expectedGram));
    expect(Array.from(sums)).toEqual(Array.from(expectedSums));
  });
});

describe('sparseProduct', () => {
  it.each([1, 2, 5, 8])('is to the bit what loops give, for %i components', (k) => {
    const p = 11;
    const width = k + (k % 2);
    const x = sparseRows(20, p);
    const matrix = held(normals(p * width));
    const offset = held(normals(width));
    const out = kernels.floats(20 * k + 1).fill(7);
    kernels.sparseProduct(x, 20, matrix, offset, k, out, kernels.doubles(width));
    const expected = Float64Array.from({ length: 20 * k }, (_, a) => offset[a % k]!);
    eachEntry(x, (row, column, value) => {
      for (let c = 0; c < k; c++) expected[row * k + c]! += value * matrix[column * width + c]!;
    });
    expect(Array.from(out)).toEqual([...Float32Array.from(expected), 7]);
  });
});

describe('dense vectors', () => {
  it.each([1, 2, 3, 4, 5, 8, 11, 34])('symmetricProduct reads the upper triangle of %i rows only', (p) => {
    const matrix = held(normals(p * p));
    for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) matrix[i * p + j] = Number.NaN;
    const x = held(normals(p));
    const out = kernels.doubles(p);
    kernels.symmetricProduct(matrix, x, out);
    for (let i = 0; i < p; i++) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += (i <= j ? matrix[i * p + j]! : matrix[j * p + i]!) * x[j]!;
      expect(out[i]).toBeCloseTo(sum, 12);
    }
  });

  it.each([
    [0, 3],
    [1, 1],
    [3, 4],
    [4, 7],
    [9, 10],
  ])('dots and addVectors of %i vectors of %i numbers', (count, p) => {
    const vectors = held(normals((count + 1) * p));
    const w = held(normals(p));
    const before = w.slice();
    const out = kernels.doubles(count + 1).fill(7);
    kernels.dots(vectors, count, w, out);
    for (let v = 0; v < count; v++) {
      const products = before.map((each, j) => each * vectors[v * p + j]!);
      expect(out[v]).toBeCloseTo(
        products.reduce((sum, each) => sum + each, 0),
        12,
      );
    }
    expect(out[count]).toBe(7);
    for (const sign of [1, -1] as const) {
      w.set(before);
      kernels.addVectors(vectors, count, out, sign, w);
      for (let j = 0; j < p; j++) {
        let sum = before[j]!;
        for (let v = 0; v < count; v++) sum += sign * out[v]! * vectors[v * p + j]!;
        expect(w[j]).toBeCloseTo(sum, 12);
      }
    }
  });

  it('refuses arrays of other memory', () => {
    expect(() => kernels.dots(new Float64Array(4), 1, kernels.doubles(4), kernels.doubles(1))).toThrow(
      'not in its memory',
    );
  });
});
