import { createAssignmentSolver } from '../engine/coupling/assignment.ts';
import { minibatchCoupling } from '../engine/coupling/coupling.ts';
import { exactPlan } from '../engine/coupling/exact-ot.ts';
import { matrixCost, squaredDistances, transpose } from '../engine/coupling/ground-cost.ts';
import { uniformMasses } from '../engine/coupling/integer-masses.ts';
import { createTransportSolver } from '../engine/coupling/network-simplex.ts';
import { drawWithoutReplacement, randomStream } from '../engine/random.ts';

// Exact solvers side by side in one run, on two curved clouds in five dimensions. Only the ratios carry to another machine.

const d = 5;
const random = randomStream(1, 'bench transport');

function cloud(n: number, shift: number): Float64Array {
  const points = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const bend = random.normal();
    for (let k = 0; k < d; k++)
      points[i * d + k] = random.normal() + (k === 0 ? shift + bend * bend : 0.5 * bend);
  }
  return points;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function fillCost(
  x: Float64Array,
  rows0: Int32Array,
  y: Float64Array,
  rows1: Int32Array,
  cost: Float64Array,
): void {
  const m = rows1.length;
  const columns = new Float64Array(m * d);
  transpose(y, rows1, m, d, columns);
  for (let i = 0; i < rows0.length; i++) squaredDistances(x, rows0[i]! * d, columns, m, d, cost, i * m);
}

function compare(n: number, rounds: number): void {
  const x = cloud(Math.max(n, 6000), 0);
  const y = cloud(Math.max(n, 6000), 0.7);
  const cost = new Float64Array(n * n);
  const assignment = createAssignmentSolver(n);
  const simplex = createTransportSolver(n, n);
  const coupling = minibatchCoupling(x, y, d, n, n);
  const out0 = new Int32Array(n);
  const out1 = new Int32Array(n);
  const times: Record<string, number[]> = { simplex: [], assignment: [], coupling: [] };
  for (let round = 0; round < rounds; round++) {
    const rows0 = drawWithoutReplacement(x.length / d, n, random);
    const rows1 = drawWithoutReplacement(y.length / d, n, random);
    fillCost(x, rows0, y, rows1, cost);
    times.simplex!.push(milliseconds(() => simplex.solve(matrixCost(cost, n, n), uniformMasses(n, n))));
    times.assignment!.push(milliseconds(() => assignment.solve(cost, n)));
    times.coupling!.push(milliseconds(() => coupling.draw(rows0, rows1, random, out0, out1)));
  }
  // the first half warms up: the compiler, and the potentials that the coupling remembers
  const [a, b, c] = ['simplex', 'assignment', 'coupling'].map((name) =>
    median(times[name]!.slice(rounds >> 1)),
  );
  write(
    `${n} × ${n}: network simplex ${a!.toFixed(3)} ms, assignment ${b!.toFixed(3)} ms (${(a! / b!).toFixed(2)} times as fast)`,
  );
  write(
    `  minibatch coupling as trained with, costs and draws included: ${c!.toFixed(3)} ms (${(a! / c!).toFixed(2)} times)`,
  );
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

compare(128, 2000);
compare(2000, 3);
const x = cloud(2000, 0);
const y = cloud(2000, 0.7);
const whole = milliseconds(() => exactPlan(x, y, d, { cost: 'squared-euclidean' }));
write(`2000 × 2000 from the points, coarse to fine: ${whole.toFixed(0)} ms`);
