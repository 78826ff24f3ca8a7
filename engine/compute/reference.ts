import type {
  AdamConstants,
  GemmLayout,
  Kernels,
  LandSamples,
  LandShape,
  RbfCenters,
  Vector,
} from './kernels.ts';

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** The kernels in float64 as plain loops, nothing left out or approximated: the oracle of the fast ones. */
export function referenceKernels(): Kernels {
  return {
    name: 'reference',
    allocate: (length) => new Float64Array(length),
    mark: () => 0,
    release: () => {},
    gemm,
    fillRows(row, out, rows, n) {
      for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) out[i * n + j] = row[j]!;
    },
    columnSum(matrix, out, rows, n, accumulate) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? out[j]! : 0;
        for (let i = 0; i < rows; i++) sum += matrix[i * n + j]!;
        out[j] = sum;
      }
    },
    seluForward,
    seluBackward,
    adam,
    allocateLandSamples: (dims, capacity) => ({
      dims,
      capacity,
      count: 0,
      data: new Float64Array(capacity * dims),
      boxes: new Float64Array(0),
      scratch: new Float64Array(0),
      indices: new Int32Array(0),
    }),
    setLandSamples(samples, points, indices, count) {
      const { dims, data } = samples;
      samples.count = count;
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < dims; k++) data[i * dims + k] = points[indices[i]! * dims + k]!;
      }
    },
    landEnergy(samples, shape, x, u, rows, energy, xGradient, uGradient) {
      for (let i = 0; i < rows; i++) {
        landRow(samples, shape, x, u, i, energy, xGradient, uGradient);
      }
    },
    allocateRbfCenters: (dims, centers, lambda, weights) => ({
      dims,
      count: lambda.length,
      data: Float64Array.of(...centers, ...lambda, ...weights),
    }),
    rbfDensity(centers, x, rows, density, slope) {
      for (let i = 0; i < rows; i++) rbfRow(centers, x, i, density, slope);
    },
  };
}

function rbfRow(
  { dims, count, data }: RbfCenters,
  x: Vector,
  i: number,
  density: Vector,
  slope: Vector | null,
): void {
  const own = x.subarray(i * dims, (i + 1) * dims);
  const [lambda, weights] = [count * dims, count * dims + count];
  slope?.fill(0, i * dims, (i + 1) * dims);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    let square = 0;
    for (let j = 0; j < dims; j++) square += (own[j]! - data[k * dims + j]!) ** 2;
    const share = data[weights + k]! * Math.exp(-0.5 * data[lambda + k]! * square);
    sum += share;
    if (slope === null) continue;
    for (let j = 0; j < dims; j++)
      slope[i * dims + j]! -= data[lambda + k]! * share * (own[j]! - data[k * dims + j]!);
  }
  density[i] = sum;
}

function gemm(
  layout: GemmLayout,
  a: Vector,
  b: Vector,
  c: Vector,
  m: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * n + j]! : 0;
      for (let p = 0; p < k; p++) {
        const left = layout === 'tn' ? a[p * m + i]! : a[i * k + p]!;
        const right = layout === 'nt' ? b[j * k + p]! : b[p * n + j]!;
        sum += left * right;
      }
      c[i * n + j] = sum;
    }
  }
}

function seluForward(z: Vector, h: Vector, n: number, tangent: boolean): void {
  for (let i = 0; i < n; i++) {
    const zi = z[i]!;
    h[i] = seluScale * (zi > 0 ? zi : seluAlpha * Math.expm1(zi));
    if (tangent) h[n + i] = seluScale * (zi > 0 ? 1 : seluAlpha * Math.exp(zi)) * z[n + i]!;
  }
}

function seluBackward(z: Vector, _h: Vector, gradient: Vector, n: number, tangent: boolean): void {
  for (let i = 0; i < n; i++) {
    const zi = z[i]!;
    const first = seluScale * (zi > 0 ? 1 : seluAlpha * Math.exp(zi));
    const second = zi > 0 ? 0 : first;
    let g = gradient[i]! * first;
    if (tangent) {
      g += gradient[n + i]! * z[n + i]! * second;
      gradient[n + i] = gradient[n + i]! * first;
    }
    gradient[i] = g;
  }
}

function adam(
  parameters: Vector,
  gradient: Vector,
  m: Vector,
  v: Vector,
  n: number,
  constants: AdamConstants,
): void {
  const { beta1, beta2, epsilon, stepSize, secondMomentScale, shrink } = constants;
  for (let i = 0; i < n; i++) {
    const g = gradient[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * g;
    v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
    parameters[i] =
      parameters[i]! * shrink - (stepSize * m[i]!) / (Math.sqrt(v[i]! * secondMomentScale) + epsilon);
  }
}

/** With h_d = Σ_n w_n q_nd² + ρ and q_n = x_n − x: E = Σ_d u_d² h_d^−α, and its gradients. */
function landRow(
  samples: LandSamples,
  shape: LandShape,
  x: Vector,
  u: Vector,
  row: number,
  energy: Vector,
  xGradient: Vector | null,
  uGradient: Vector | null,
): void {
  const { dims, count, data } = samples;
  const { bandwidth, rho, power } = shape;
  const at = row * dims;
  const weight = (n: number) => {
    let r2 = 0;
    for (let k = 0; k < dims; k++) r2 += (data[n * dims + k]! - x[at + k]!) ** 2;
    return Math.exp(-r2 / (2 * bandwidth ** 2));
  };
  const h = new Float64Array(dims).fill(rho);
  for (let n = 0; n < count; n++) {
    const w = weight(n);
    for (let k = 0; k < dims; k++) h[k]! += w * (data[n * dims + k]! - x[at + k]!) ** 2;
  }
  let sum = 0;
  // dE/dh_d
  const slope = new Float64Array(dims);
  for (let k = 0; k < dims; k++) {
    const metric = h[k]! ** -power;
    sum += u[at + k]! ** 2 * metric;
    slope[k] = (-power * u[at + k]! ** 2 * metric) / h[k]!;
    if (uGradient) uGradient[at + k] = 2 * u[at + k]! * metric;
  }
  energy[row] = sum;
  if (!xGradient) return;
  xGradient.fill(0, at, at + dims);
  for (let n = 0; n < count; n++) {
    const w = weight(n);
    let along = 0;
    for (let k = 0; k < dims; k++) along += slope[k]! * (data[n * dims + k]! - x[at + k]!) ** 2;
    along /= bandwidth ** 2;
    for (let k = 0; k < dims; k++) {
      const q = data[n * dims + k]! - x[at + k]!;
      xGradient[at + k]! += w * q * (along - 2 * slope[k]!);
    }
  }
}
