import type { CostRows } from './ground-cost.ts';
import type { IntegerMasses } from './integer-masses.ts';

/** Edges that may carry flow. Those of row i are k with start[i] ≤ k < start[i + 1], the cheapest (c_ij − v_j) first. */
export interface CandidateEdges {
  readonly start: Int32Array;
  readonly column: Int32Array;
  /** c_ij */
  readonly cost: Float64Array;
}

/** Chooses a strongly feasible starting tree. It allocates when it is created only. */
export interface BasisBuilder {
  /**
   * Writes `parent` and `flow` of a spanning tree (see `SpanningTree`) whose edges are cheap by c_ij − v_j: each row
   * ships to its best open columns; the parts that result are then joined by empty edges that point up.
   * @returns the root
   */
  build(
    cost: CostRows,
    masses: IntegerMasses,
    candidates: CandidateEdges,
    v: Float64Array,
    parent: Int32Array,
    flow: Float64Array,
  ): number;
}

export function createBasisBuilder(maxN: number, maxM: number): BasisBuilder {
  const maxNodes = maxN + maxM;
  const supply = new Float64Array(maxN);
  const demand = new Float64Array(maxM);
  const openColumns = new Int32Array(maxM);
  const set = new Int32Array(maxNodes);
  const edgeFlow = new Float64Array(maxNodes);
  // the edges at each node as linked lists: edge e is entry 2e at its row and 2e + 1 at its column
  const firstEntry = new Int32Array(maxNodes);
  const nextEntry = new Int32Array(2 * maxNodes);
  const otherEnd = new Int32Array(2 * maxNodes);
  const firstRow = new Int32Array(maxNodes);
  const nextRow = new Int32Array(maxN);
  const queue = new Int32Array(maxNodes);
  let n = 0;
  let m = 0;
  let edges = 0;

  /** Union–find with path halving. */
  function setOf(node: number): number {
    let at = node;
    while (set[at] !== at) {
      set[at] = set[set[at]!]!;
      at = set[at]!;
    }
    return at;
  }

  function addEdge(i: number, j: number, units: number): void {
    const column = n + j;
    const entry = 2 * edges;
    edgeFlow[edges++] = units;
    otherEnd[entry] = column;
    nextEntry[entry] = firstEntry[i]!;
    firstEntry[i] = entry;
    otherEnd[entry + 1] = i;
    nextEntry[entry + 1] = firstEntry[column]!;
    firstEntry[column] = entry + 1;
    set[setOf(i)] = setOf(column);
  }

  function ship(i: number, j: number): void {
    const units = Math.min(supply[i]!, demand[j]!);
    supply[i]! -= units;
    demand[j]! -= units;
    addEdge(i, j, units);
  }

  /** In its k-th round each row ships to its k-th candidate, so that none takes all before the others had a choice. */
  function shipToCandidates({ start, column }: CandidateEdges): void {
    for (let round = 0, any = true; any; round++) {
      any = false;
      for (let i = 0; i < n; i++) {
        const k = start[i]! + round;
        if (supply[i] === 0 || k >= start[i + 1]!) continue;
        any = true;
        if (demand[column[k]!]! > 0) ship(i, column[k]!);
      }
    }
  }

  /** What is left goes to the cheapest columns that are still open. */
  function shipTheRest(cost: CostRows, v: Float64Array): void {
    let open = 0;
    for (let j = 0; j < m; j++) if (demand[j]! > 0) openColumns[open++] = j;
    for (let i = 0; i < n; i++) {
      while (supply[i]! > 0) {
        let best = 0;
        let least = Number.POSITIVE_INFINITY;
        for (let k = 0; k < open; k++) {
          const j = openColumns[k]!;
          const reduced = cost.at(i, j) - v[j]!;
          if (reduced < least) {
            least = reduced;
            best = k;
          }
        }
        const j = openColumns[best]!;
        ship(i, j);
        if (demand[j] === 0) openColumns[best] = openColumns[--open]!;
      }
    }
  }

  /** Joins the parts: each but one gets an empty edge from a row of its own to a column of another. Returns the one's row. */
  function joinParts(cost: CostRows, candidates: CandidateEdges, v: Float64Array): number {
    firstRow.fill(-1, 0, n + m);
    for (let i = n - 1; i >= 0; i--) {
      const part = setOf(i);
      nextRow[i] = firstRow[part]!;
      firstRow[part] = i;
    }
    let rootRow = 0;
    for (let part = 0; part < n + m; part++) {
      const head = firstRow[part]!;
      if (head < 0) continue;
      if (edges === n + m - 1) {
        // all is one tree; a part that was not asked to link is its root
        rootRow = head;
        break;
      }
      linkPart(head, setOf(head), cost, candidates, v);
    }
    return rootRow;
  }

  /** The edge of least reduced cost from the part's rows to any column outside its set. */
  function linkPart(
    head: number,
    own: number,
    cost: CostRows,
    { start, column, cost: candidateCost }: CandidateEdges,
    v: Float64Array,
  ): void {
    let row = -1;
    let target = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = head; i >= 0; i = nextRow[i]!) {
      const first = start[i]!;
      const u = candidateCost[first]! - v[column[first]!]!;
      for (let k = first; k < start[i + 1]!; k++) {
        const j = column[k]!;
        const reduced = candidateCost[k]! - v[j]! - u;
        if (reduced >= least) break;
        if (setOf(n + j) === own) continue;
        least = reduced;
        row = i;
        target = j;
        break;
      }
    }
    if (row < 0) {
      row = head;
      const at = cost.row(row);
      for (let j = 0; j < m; j++) {
        const reduced = cost.values[at + j]! - v[j]!;
        if (reduced >= least || setOf(n + j) === own) continue;
        least = reduced;
        target = j;
      }
    }
    addEdge(row, target, 0);
  }

  /** Hangs all nodes below the root, breadth first. */
  function hang(root: number, parent: Int32Array, flow: Float64Array): void {
    parent[root] = -1;
    flow[root] = 0;
    queue[0] = root;
    for (let head = 0, tail = 1; head < tail; head++) {
      const node = queue[head]!;
      for (let entry = firstEntry[node]!; entry >= 0; entry = nextEntry[entry]!) {
        const child = otherEnd[entry]!;
        if (child === parent[node]) continue;
        parent[child] = node;
        flow[child] = edgeFlow[entry >> 1]!;
        queue[tail++] = child;
      }
    }
  }

  return {
    build(cost, masses, candidates, v, parent, flow) {
      n = cost.n;
      m = cost.m;
      edges = 0;
      for (let i = 0; i < n; i++) supply[i] = masses.rows[i]!;
      for (let j = 0; j < m; j++) demand[j] = masses.columns[j]!;
      for (let node = 0; node < n + m; node++) {
        set[node] = node;
        firstEntry[node] = -1;
      }
      shipToCandidates(candidates);
      shipTheRest(cost, v);
      const root = joinParts(cost, candidates, v);
      hang(root, parent, flow);
      return root;
    },
  };
}
