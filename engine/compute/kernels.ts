/** Numbers of a network or a minibatch: float32 in the WASM kernels, float64 in the reference. */
export type Vector = Float32Array | Float64Array;

/**
 * How the factors of a product are stored, row-major: `nn` A [m, k] · B [k, n]; `nt` B as [n, k]; `tn` A as [k, m].
 */
export type GemmLayout = 'nn' | 'nt' | 'tn';

/** Parameters of the LAND metric; what they mean is in `metric/land.ts`. */
export interface LandShape {
  bandwidth: number;
  rho: number;
  power: number;
  /** exponent beyond which exp(−exponent) counts as 0; the reference ignores it */
  cutoff: number;
}

/** Cells that a LAND metric sums over, in a layout that belongs to the implementation. */
export interface LandSamples {
  readonly dims: number;
  readonly capacity: number;
  /** how many were set last, 0 at first */
  count: number;
  /** owned by the kernels */
  readonly data: Vector;
  readonly boxes: Vector;
  readonly scratch: Vector;
  readonly indices: Int32Array;
}

/** Centres of an RBF density, in a layout that belongs to the implementation. */
export interface RbfCenters {
  readonly dims: number;
  readonly count: number;
  /** owned by the kernels */
  readonly data: Vector;
}

/** Constants of one Adam step, bias corrections worked out. */
export interface AdamConstants {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** learningRate / (1 − beta1^step) */
  stepSize: number;
  /** 1 / (1 − beta2^step) */
  secondMomentScale: number;
  /** 1 − learningRate · weightDecay */
  shrink: number;
}

/**
 * The arithmetic of a training step, over flat row-major arrays. Two implementations: WASM SIMD in float32
 * (`loadKernels`), and plain TypeScript in float64 (`referenceKernels`), the oracle of the tests. The mathematics
 * above (networks, metrics, losses) is written once and runs on either.
 *
 * Every `Vector` argument is one that `allocate` of the same kernels gave, or a `subarray` of it. Outputs must not
 * overlap inputs unless a kernel says that it works in place. Sums have a fixed order: the same bits on every machine (but for `wasm-simd+onnx`, whose products follow the processor).
 */
export interface Kernels {
  readonly name: 'wasm-simd' | 'wasm-simd+onnx' | 'reference';

  /**
   * A zeroed array that every kernel accepts. It lives until `release` of an earlier mark.
   * @throws WorkError when the kernels' memory is full
   */
  allocate(length: number): Vector;

  /** The allocator's position: `release(mark)` frees all that was allocated since. */
  mark(): number;
  release(mark: number): void;

  /** C [m, n] = A·B, or C += A·B with `accumulate`. */
  gemm(
    layout: GemmLayout,
    a: Vector,
    b: Vector,
    c: Vector,
    m: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void;

  /** Every row of `out` [rows, n] becomes `row` [n]. */
  fillRows(row: Vector, out: Vector, rows: number, n: number): void;

  /** out[j] = Σ_i matrix[i, j], or += with `accumulate`; matrix [rows, n]. */
  columnSum(matrix: Vector, out: Vector, rows: number, n: number, accumulate: boolean): void;

  /** h = selu(z) over n numbers; with `tangent` both hold n more, the tangents: ḣ = selu'(z)·ż. */
  seluForward(z: Vector, h: Vector, n: number, tangent: boolean): void;

  /**
   * In place, the gradient with respect to h becomes that with respect to z, n numbers and with `tangent` n more
   * for the tangents: ġ ← ġ·selu'(z), g ← g·selu'(z) + ġ·ż·selu''(z).
   */
  seluBackward(z: Vector, h: Vector, gradient: Vector, n: number, tangent: boolean): void;

  /** One step of Adam in place (torch's order of operations); m and v are its moments. n numbers. */
  adam(parameters: Vector, gradient: Vector, m: Vector, v: Vector, n: number, constants: AdamConstants): void;

  /** Room for up to `capacity` samples. */
  allocateLandSamples(dims: number, capacity: number): LandSamples;

  /**
   * Chooses the samples: rows `indices` [count] of `points` [n, dims]. Neighbours in `indices` should be neighbours
   * in space, since whole blocks of them are skipped when far away.
   */
  setLandSamples(samples: LandSamples, points: Vector, indices: ArrayLike<number>, count: number): void;

  /**
   * energy[i] = Σ_d u[i,d]² M_d(x_i) of the LAND metric; x, u [rows, dims]. With the gradients given, they are
   * filled (not added to) with dE_i/dx_i and dE_i/du_i.
   */
  landEnergy(
    samples: LandSamples,
    shape: LandShape,
    x: Vector,
    u: Vector,
    rows: number,
    energy: Vector,
    xGradient: Vector | null,
    uGradient: Vector | null,
  ): void;

  /**
   * @param centers flat [K, dims]
   * @param lambda [K], positive, in 1 / units of the embedding squared
   * @param weights [K], not negative
   * @throws WorkError when the kernels' memory is full
   */
  allocateRbfCenters(
    dims: number,
    centers: Float64Array,
    lambda: Float64Array,
    weights: Float64Array,
  ): RbfCenters;

  /**
   * density[i] = Σ_k W_k exp(−λ_k/2 ‖x_i − c_k‖²) for x [rows, dims]; with `slope` [rows, dims] given, it is filled (not
   * added to) with the gradient.
   */
  rbfDensity(centers: RbfCenters, x: Vector, rows: number, density: Vector, slope: Vector | null): void;
}
