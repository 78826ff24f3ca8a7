/** A solver of n × n assignment problems, n ≤ maxN. Its arrays are overwritten by the next `solve`. */
export interface AssignmentSolver {
  /** the column of each row, [maxN]; the first n hold the result */
  readonly columnOfRow: Int32Array;
  /** the row of each column, [maxN] */
  readonly rowOfColumn: Int32Array;
  /** dual values of the rows, [maxN]: u_i + v_j ≤ c_ij, with equality where i is assigned to j */
  readonly u: Float64Array;
  /** dual values of the columns, [maxN] */
  readonly v: Float64Array;
  /**
   * Finds the permutation with the least Σ_i c[i, column(i)].
   * @param cost flat row-major [n, n], finite
   * @param warm start from the first n values of `v` as they stand (any finite values serve; good ones save most of
   *   the time, and the optimum is the same). Default: column minima
   * @returns the least cost
   */
  solve(cost: Float64Array, n: number, warm?: boolean): number;
}

/**
 * Exact linear assignment by shortest augmenting paths (Kuhn 1955; Edmonds and Karp 1972; the reductions of Jonker and
 * Volgenant, Computing 38 (1987) 325–340, as the start). One Dijkstra search grows from all free rows at once and
 * augments along one path in each of its trees, which are disjoint. O(n³) at worst; allocates only here.
 */
export function createAssignmentSolver(maxN: number): AssignmentSolver {
  const columnOfRow = new Int32Array(maxN);
  const rowOfColumn = new Int32Array(maxN);
  const u = new Float64Array(maxN);
  const v = new Float64Array(maxN);
  const free = new Int32Array(maxN);
  const distance = new Float64Array(maxN);
  const previous = new Int32Array(maxN);
  const open = new Int32Array(maxN);
  const treeOfRow = new Int32Array(maxN);
  const endOfTree = new Int32Array(maxN);

  function columnMinima(cost: Float64Array, n: number): void {
    v.set(cost.subarray(0, n));
    for (let i = 1; i < n; i++) {
      const row = i * n;
      for (let j = 0; j < n; j++) if (cost[row + j]! < v[j]!) v[j] = cost[row + j]!;
    }
  }

  /**
   * Each row takes its best column at the price of its second best; a displaced row tries again at once, `limit`
   * times in all, for with real costs the prices may move by ever smaller amounts. Returns the rows left free.
   */
  function bid(cost: Float64Array, n: number, limit: number): number {
    let kept = 0;
    let steps = 0;
    for (let first = 0; first < n; first++) {
      let i = first;
      while (i >= 0) {
        const row = i * n;
        let j1 = 0;
        let best = Number.POSITIVE_INFINITY;
        let second = Number.POSITIVE_INFINITY;
        for (let j = 0; j < n; j++) {
          const reduced = cost[row + j]! - v[j]!;
          if (reduced < second) {
            if (reduced < best) {
              second = best;
              best = reduced;
              j1 = j;
            } else second = reduced;
          }
        }
        u[i] = best;
        const displaced = rowOfColumn[j1]!;
        const lower = v[j1]! - (second - best);
        if (displaced >= 0 && !(lower < v[j1]! && steps < limit)) {
          free[kept++] = i;
          break;
        }
        rowOfColumn[j1] = i;
        columnOfRow[i] = j1;
        if (second < Number.POSITIVE_INFINITY) {
          v[j1] = lower;
          u[i] = second;
        }
        if (displaced >= 0) {
          columnOfRow[displaced] = -1;
          steps++;
        }
        i = displaced;
      }
    }
    return kept;
  }

  /** One search from all free rows, the dual step and the augmentations. Returns how many rows are free after it. */
  function augment(cost: Float64Array, n: number, freeCount: number): number {
    distance.fill(Number.POSITIVE_INFINITY, 0, n);
    for (let j = 0; j < n; j++) open[j] = j;
    for (let f = 0; f < freeCount; f++) {
      const i = free[f]!;
      const row = i * n;
      const offset = u[i]!;
      treeOfRow[i] = i;
      endOfTree[i] = -1;
      for (let j = 0; j < n; j++) {
        const d = cost[row + j]! - v[j]! - offset;
        if (d < distance[j]!) {
          distance[j] = d;
          previous[j] = i;
        }
      }
    }
    let openCount = n;
    let nearest = 0;
    for (let k = 1; k < n; k++) if (distance[k]! < distance[nearest]!) nearest = k;
    let wanted = freeCount;
    let reached = 0;
    for (;;) {
      const via = open[nearest]!;
      reached = distance[via]!;
      open[nearest] = open[--openCount]!;
      open[openCount] = via;
      const tree = treeOfRow[previous[via]!]!;
      const i = rowOfColumn[via]!;
      let least = Number.POSITIVE_INFINITY;
      if (i < 0) {
        if (endOfTree[tree]! < 0) {
          endOfTree[tree] = via;
          if (--wanted === 0) break;
        }
        if (openCount === 0) break;
        for (let k = 0; k < openCount; k++) {
          const d = distance[open[k]!]!;
          if (d < least) {
            least = d;
            nearest = k;
          }
        }
      } else {
        if (openCount === 0) break;
        treeOfRow[i] = tree;
        const row = i * n;
        const offset = u[i]! - reached;
        for (let k = 0; k < openCount; k++) {
          const j = open[k]!;
          const d = cost[row + j]! - v[j]! - offset;
          let kept = distance[j]!;
          if (d < kept) {
            distance[j] = kept = d;
            previous[j] = i;
          }
          if (kept < least) {
            least = kept;
            nearest = k;
          }
        }
      }
    }
    for (let k = openCount; k < n; k++) {
      const j = open[k]!;
      const step = reached - distance[j]!;
      v[j]! -= step;
      if (rowOfColumn[j]! >= 0) u[rowOfColumn[j]!]! += step;
    }
    let kept = 0;
    for (let f = 0; f < freeCount; f++) {
      const start = free[f]!;
      u[start]! += reached;
      let j = endOfTree[start]!;
      if (j < 0) {
        free[kept++] = start;
        continue;
      }
      for (let i = -1; i !== start; ) {
        i = previous[j]!;
        rowOfColumn[j] = i;
        const next = columnOfRow[i]!;
        columnOfRow[i] = j;
        j = next;
      }
    }
    return kept;
  }

  return {
    columnOfRow,
    rowOfColumn,
    u,
    v,
    solve(cost, n, warm = false) {
      columnOfRow.fill(-1, 0, n);
      rowOfColumn.fill(-1, 0, n);
      if (!warm) columnMinima(cost, n);
      let freeCount = bid(cost, n, n);
      while (freeCount > 0) freeCount = augment(cost, n, freeCount);
      let total = 0;
      for (let i = 0; i < n; i++) {
        const c = cost[i * n + columnOfRow[i]!]!;
        u[i] = c - v[columnOfRow[i]!]!;
        total += c;
      }
      return total;
    },
  };
}
