import { createEdgeList } from './candidate-edges.ts';
import type { CostRows } from './ground-cost.ts';
import { createBasisBuilder } from './initial-basis.ts';
import type { IntegerMasses } from './integer-masses.ts';
import { createSpanningTree } from './spanning-tree.ts';

export interface TransportOptions {
  /** dual values of the columns to start from, [m]; good ones save most of the pivots. Default: zeros */
  v?: Float64Array;
  /** stop unconverged after so many pivots. Default: 10⁹ */
  maxPivots?: number;
  /** called now and then; throw in it to give up */
  poll?: () => void;
}

/** The optimum as the solver's own buffers, which the next `solve` overwrites. */
export interface TransportSolution {
  /** how many pairs carry mass, ≤ n + m − 1 */
  readonly count: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** mass of each pair in the units of the marginals */
  readonly units: Float64Array;
  /** dual values: u_i + v_j ≤ c_ij (within 1e-12 of the largest cost) with equality where mass flows; [n], [m] */
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly pivots: number;
  /** false where `maxPivots` stopped it: the plan is feasible, but not the best */
  readonly converged: boolean;
}

export interface TransportSolver {
  /** @param masses of cost.n rows and cost.m columns */
  solve(cost: CostRows, masses: IntegerMasses, options?: TransportOptions): TransportSolution;
}

/** The list begins with so many edges for each row and for each column. Measured on 128² to 6,071 × 7,643. */
const perRow = 12;
const perColumn = 6;
/** The share of the list, in units of its square root, from which the most negative edge enters. */
const leastBlock = 16;
const blockFactor = 1;

/**
 * Exact optimal transport, min Σ π_ij c_ij with given marginals, by the primal network simplex on a strongly feasible
 * spanning tree (Cunningham, Math. Programming 11 (1976); block search as in Kovács, Optim. Methods Softw. 30 (2015)).
 * It pivots within a list of cheap edges first; then all n·m edges are priced, those that could lower the cost join the
 * list, and so on until none is left: that last pricing proves the optimum. Problems up to maxN × maxM.
 */
export function createTransportSolver(maxN: number, maxM: number): TransportSolver {
  const maxNodes = maxN + maxM;
  const tree = createSpanningTree(maxNodes);
  const basis = createBasisBuilder(maxN, maxM);
  const edges = createEdgeList(maxN, maxM);
  const zeros = new Float64Array(maxM);
  const rows = new Int32Array(maxNodes);
  const columns = new Int32Array(maxNodes);
  const units = new Float64Array(maxNodes);
  const u = new Float64Array(maxN);
  const v = new Float64Array(maxM);
  const worst = new Float64Array(maxN);
  const { potential, parent, flow, next } = tree;

  /** Potentials from the tree's costs, without the rounding that the shifts gathered. */
  function refreshPotentials(cost: CostRows, root: number): void {
    const { n } = cost;
    potential[root] = 0;
    for (let node = next[root]!; node !== root; node = next[node]!) {
      const up = parent[node]!;
      potential[node] =
        node < n ? potential[up]! + cost.at(node, up - n) : potential[up]! - cost.at(up, node - n);
    }
  }

  function rootNode(): number {
    let node = 0;
    while (parent[node]! >= 0) node = parent[node]!;
    return node;
  }

  /** Pivots on the listed edges until none has a reduced cost below −tolerance; the most negative of a block enters. */
  function pivotWithinList(n: number, tolerance: number, limit: number, poll?: () => void): number {
    const { row, column, cost, count } = edges;
    const blockSize = Math.max(leastBlock, Math.ceil(blockFactor * Math.sqrt(count)));
    let at = 0;
    let pivots = 0;
    let passed = 0;
    let left = blockSize;
    let least = -tolerance;
    let entering = -1;
    while (passed < count || entering >= 0) {
      const end = Math.min(count, at + left);
      for (let k = at; k < end; k++) {
        const reduced = cost[k]! - potential[row[k]!]! + potential[n + column[k]!]!;
        if (reduced < least) {
          least = reduced;
          entering = k;
        }
      }
      const scanned = end - at;
      left -= scanned;
      passed += scanned;
      at = end === count ? 0 : end;
      if (left > 0 && passed < count) continue;
      left = blockSize;
      if (entering < 0) continue;
      if (pivots >= limit) break;
      tree.pivot(row[entering]!, n + column[entering]!, least);
      if ((++pivots & 1023) === 0) poll?.();
      entering = -1;
      least = -tolerance;
      passed = 0;
    }
    return pivots;
  }

  /** Adds to the list the edges that could lower the cost: of each row those that beat all before them. Returns how many. */
  function priceAll(cost: CostRows, tolerance: number, poll?: () => void): number {
    const { n, m } = cost;
    const before = edges.count;
    for (let i = 0; i < n; i++) u[i] = potential[i]!;
    for (let j = 0; j < m; j++) v[j] = -potential[n + j]!;
    worst.fill(-tolerance, 0, n);
    cost.price(u, v, tolerance, addIfBetter, poll);
    return edges.count - before;
  }

  function addIfBetter(i: number, j: number, c: number): void {
    const reduced = c - u[i]! - v[j]!;
    if (reduced >= worst[i]!) return;
    worst[i] = reduced;
    edges.push(i, j, c);
  }

  function collect(n: number, m: number): number {
    let count = 0;
    for (let node = 0; node < n + m; node++) {
      if (parent[node]! < 0 || flow[node] === 0) continue;
      rows[count] = node < n ? node : parent[node]!;
      columns[count] = (node < n ? parent[node]! : node) - n;
      units[count++] = flow[node]!;
    }
    return count;
  }

  return {
    solve(cost, masses, { v: initial = zeros, maxPivots = 1e9, poll } = {}) {
      const { n, m } = cost;
      edges.select(cost, initial, perRow, perColumn, poll);
      const root = basis.build(cost, masses, edges, initial, parent, flow);
      tree.adopt(n, m, root);
      refreshPotentials(cost, root);
      const tolerance = 1e-12 * edges.largestCost;
      let pivots = 0;
      let converged = false;
      for (;;) {
        pivots += pivotWithinList(n, tolerance, maxPivots - pivots, poll);
        refreshPotentials(cost, rootNode());
        const added = priceAll(cost, tolerance, poll);
        if (added === 0) {
          converged = true;
          break;
        }
        if (pivots >= maxPivots) break;
      }
      return { count: collect(n, m), rows, columns, units, u, v, pivots, converged };
    },
  };
}
