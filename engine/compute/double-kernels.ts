import { instantiateKernels, type KernelMemory } from './instantiate.ts';

/** Sparse rows in the memory of the kernels; row r has the entries starts[r] … starts[r + 1] − 1. */
export interface PackedRows {
  values: Float64Array;
  /** ascending in each row */
  indices: Int32Array;
  /** from 0 */
  starts: Int32Array;
}

/**
 * Linear algebra in float64 by WASM SIMD, on arrays of its own memory. Every sum has a fixed order, so the bits are
 * the same on every machine.
 */
export interface DoubleKernels extends KernelMemory {
  /**
   * sums [p] += Σ x and the upper triangle of gram [p, p] += Σ x xᵀ, over the rows in their order
   * @param scratch of gramScratchLength(p, entries)
   */
  gramAdd(x: PackedRows, rows: number, gram: Float64Array, sums: Float64Array, scratch: Int32Array): void;
  /**
   * out [rows, k] = x · matrix [p, width] + offset [width], where width is k or, for odd k, one more
   * @param sums room for width
   */
  sparseProduct(
    x: PackedRows,
    rows: number,
    matrix: Float64Array,
    offset: Float64Array,
    k: number,
    out: Float32Array,
    sums: Float64Array,
  ): void;
  /** out [p] = A x for a symmetric A [p, p], of which the upper triangle is read */
  symmetricProduct(a: Float64Array, x: Float64Array, out: Float64Array): void;
  /** out [count] = the products of the first vectors of [·, p] with w [p] */
  dots(vectors: Float64Array, count: number, w: Float64Array, out: Float64Array): void;
  /** w [p] += sign · Σ factors[v] vectors[v] */
  addVectors(
    vectors: Float64Array,
    count: number,
    factors: Float64Array,
    sign: 1 | -1,
    w: Float64Array,
  ): void;
}

/** What `assembly/sparse-rows.ts` and `assembly/symmetric.ts` export; arrays are pointers (bytes). */
interface Exports {
  gramAdd(
    values: number,
    indices: number,
    starts: number,
    rows: number,
    gram: number,
    sums: number,
    p: number,
    scratch: number,
  ): void;
  sparseProduct(
    values: number,
    indices: number,
    starts: number,
    rows: number,
    matrix: number,
    offset: number,
    k: number,
    out: number,
    sums: number,
  ): void;
  symmetricProduct(matrix: number, x: number, out: number, p: number): void;
  dots(vectors: number, count: number, w: number, p: number, out: number): void;
  addVectors(vectors: number, count: number, factors: number, sign: number, w: number, p: number): void;
}

export const gramScratchLength = (p: number, entries: number) => p + 1 + 2 * entries;

/**
 * @param bytes that its arrays will take, 64 more for each
 * @throws WorkError where the compiled kernels are missing or the memory is not to be had
 */
export function loadDoubleKernels(bytes: number): DoubleKernels {
  const { kernels, memory } = instantiateKernels<Exports>(bytes);
  const { buffer } = memory.doubles(0);
  const pointer = (values: Float64Array | Float32Array | Int32Array): number => {
    if (values.buffer !== buffer) throw new Error('a kernel was given an array that is not in its memory');
    return values.byteOffset;
  };
  const pointers = ({ values, indices, starts }: PackedRows) =>
    [pointer(values), pointer(indices), pointer(starts)] as const;
  return {
    ...memory,
    gramAdd(x, rows, gram, sums, scratch) {
      kernels.gramAdd(...pointers(x), rows, pointer(gram), pointer(sums), sums.length, pointer(scratch));
    },
    sparseProduct(x, rows, matrix, offset, k, out, sums) {
      const product = kernels.sparseProduct;
      product(...pointers(x), rows, pointer(matrix), pointer(offset), k, pointer(out), pointer(sums));
    },
    symmetricProduct(a, x, out) {
      kernels.symmetricProduct(pointer(a), pointer(x), pointer(out), x.length);
    },
    dots(vectors, count, w, out) {
      kernels.dots(pointer(vectors), count, pointer(w), w.length, pointer(out));
    },
    addVectors(vectors, count, factors, sign, w) {
      kernels.addVectors(pointer(vectors), count, pointer(factors), sign, pointer(w), w.length);
    },
  };
}
