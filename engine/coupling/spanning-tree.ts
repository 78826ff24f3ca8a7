/**
 * The basis of a transport problem: a spanning tree over the sources 0 … n − 1 and the sinks n … n + m − 1, whose
 * edges carry the flow. An edge is stored with its lower end (the child) and always points from source to sink: up when
 * the child is a source, down when it is a sink. The tree is strongly feasible (Cunningham 1976): an edge without flow
 * points up, and the choice of the leaving edge keeps it so, hence no cycling on degenerate problems.
 *
 * Nodes are kept in preorder as a circular doubly linked list, so that a subtree is one stretch of it.
 * Flows are integers held in float64 (exact up to 2⁵³).
 */
export interface SpanningTree {
  /** parent of each node, −1 at the root */
  readonly parent: Int32Array;
  /** flow on the edge between a node and its parent */
  readonly flow: Float64Array;
  /** p of each node: an edge from i to j of cost c has the reduced cost c − p_i + p_j, zero inside the tree */
  readonly potential: Float64Array;
  /** the node after this one in preorder */
  readonly next: Int32Array;
  /** Takes the tree that `parent` and `flow` describe: fills the rest for a problem of n sources and m sinks. */
  adopt(n: number, m: number, root: number): void;
  /** Lets the edge source → sink of this (negative) reduced cost enter and the blocking edge leave. Returns the flow moved. */
  pivot(source: number, sink: number, reducedCost: number): number;
}

export function createSpanningTree(maxNodes: number): SpanningTree {
  const parent = new Int32Array(maxNodes);
  const flow = new Float64Array(maxNodes);
  const potential = new Float64Array(maxNodes);
  const next = new Int32Array(maxNodes);
  const prev = new Int32Array(maxNodes);
  const last = new Int32Array(maxNodes);
  const size = new Int32Array(maxNodes);
  let n = 0;
  let nodes = 0;

  function adopt(sources: number, sinks: number, root: number): void {
    n = sources;
    nodes = sources + sinks;
    // children as linked lists, borrowed from arrays that are filled below
    const firstChild = last;
    const sibling = size;
    firstChild.fill(-1, 0, nodes);
    for (let node = nodes - 1; node >= 0; node--) {
      if (node === root) continue;
      const up = parent[node]!;
      sibling[node] = firstChild[up]!;
      firstChild[up] = node;
    }
    sibling[root] = -1;
    let at = root;
    for (;;) {
      let following = firstChild[at]!;
      for (let up = at; following < 0 && up !== root; up = parent[up]!) following = sibling[up]!;
      if (following < 0) break;
      next[at] = following;
      prev[following] = at;
      at = following;
    }
    next[at] = root;
    prev[root] = at;
    for (let node = 0; node < nodes; node++) {
      size[node] = 1;
      last[node] = node;
    }
    for (let node = prev[root]!; node !== root; node = prev[node]!) {
      const up = parent[node]!;
      size[up]! += size[node]!;
      // backwards in preorder the last child comes first
      if (last[up] === up) last[up] = last[node]!;
    }
  }

  /** Cuts the subtree of `top` out, makes `q` its root and hangs it below `p`. */
  function move(top: number, q: number, p: number, inflow: number, join: number): void {
    const moved = size[top]!;
    const before = prev[top]!;
    const end = last[top]!;
    const after = next[end]!;
    next[before] = after;
    prev[after] = before;
    next[end] = top;
    for (let node = parent[top]!; node >= 0 && last[node] === end; node = parent[node]!) last[node] = before;
    for (let node = parent[top]!; node !== join; node = parent[node]!) size[node]! -= moved;

    // along the stem from q up to top, each node's remaining stretch is appended after its former child's
    let node = q;
    let up = p;
    let carried = inflow;
    let tail = -1;
    let gone = 0;
    let formerLast = last[q]!;
    for (;;) {
      const formerParent = parent[node]!;
      const formerFlow = flow[node]!;
      const formerSize = size[node]!;
      const stretchEnd = last[node]!;
      if (node !== top) {
        const left = prev[node]!;
        const right = next[stretchEnd]!;
        next[left] = right;
        prev[right] = left;
        const formerParentLast = last[formerParent]!;
        if (formerLast === formerParentLast) last[formerParent] = left;
        formerLast = formerParentLast;
      }
      parent[node] = up;
      flow[node] = carried;
      size[node] = moved - gone;
      if (tail >= 0) {
        next[tail] = node;
        prev[node] = tail;
      }
      tail = stretchEnd;
      if (node === top) break;
      gone = formerSize;
      up = node;
      carried = formerFlow;
      node = formerParent;
    }
    for (node = top; node !== p; node = parent[node]!) last[node] = tail;

    const follower = next[p]!;
    next[p] = q;
    prev[q] = p;
    next[tail] = follower;
    prev[follower] = tail;
    for (node = p; node >= 0 && last[node] === p; node = parent[node]!) last[node] = tail;
    for (node = p; node !== join; node = parent[node]!) size[node]! += moved;
  }

  /** Shifts the potentials of the subtree of q, or, equivalently and if it is smaller, of all the rest the other way. */
  function shift(q: number, by: number): void {
    let head = q;
    let tail = last[q]!;
    let count = size[q]!;
    let amount = by;
    if (2 * count > nodes) {
      head = next[tail]!;
      tail = prev[q]!;
      count = nodes - count;
      amount = -by;
    }
    // from both ends at once: the walk waits for memory, and two walks wait together
    for (let k = count >> 1; k > 0; k--) {
      potential[head]! += amount;
      head = next[head]!;
      potential[tail]! += amount;
      tail = prev[tail]!;
    }
    if (count & 1) potential[head]! += amount;
  }

  function pivot(source: number, sink: number, reducedCost: number): number {
    let a = source;
    let b = sink;
    let leaveA = -1;
    let leaveB = -1;
    let thetaA = Number.POSITIVE_INFINITY;
    let thetaB = Number.POSITIVE_INFINITY;
    let sizeA = size[a]!;
    let sizeB = size[b]!;
    // the flow runs from the join down to source, over the new edge, up from sink: of the edges that it empties first,
    // the last one on this way leaves (strict on the first half, not strict on the second)
    while (a !== b) {
      const climbA = sizeA <= sizeB;
      const climbB = sizeB <= sizeA;
      if (climbA) {
        if (a < n && flow[a]! < thetaA) {
          thetaA = flow[a]!;
          leaveA = a;
        }
        a = parent[a]!;
        sizeA = size[a]!;
      }
      if (climbB) {
        if (b >= n && flow[b]! <= thetaB) {
          thetaB = flow[b]!;
          leaveB = b;
        }
        b = parent[b]!;
        sizeB = size[b]!;
      }
    }
    const join = a;
    const theta = Math.min(thetaA, thetaB);
    if (theta > 0) {
      for (a = source; a !== join; a = parent[a]!) flow[a]! += a < n ? -theta : theta;
      for (b = sink; b !== join; b = parent[b]!) flow[b]! += b < n ? theta : -theta;
    }
    if (thetaB <= thetaA) {
      move(leaveB, sink, source, theta, join);
      shift(sink, -reducedCost);
    } else {
      move(leaveA, source, sink, theta, join);
      shift(source, reducedCost);
    }
    return theta;
  }

  return { parent, flow, potential, next, adopt, pivot };
}
