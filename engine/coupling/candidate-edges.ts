import type { CostRows } from './ground-cost.ts';
import type { CandidateEdges } from './initial-basis.ts';

/** A growing list of edges; the buffers are kept from one problem to the next. */
export interface EdgeList extends CandidateEdges {
  readonly row: Int32Array;
  readonly count: number;
  /** the largest |c_ij| met by `select` */
  readonly largestCost: number;
  /**
   * Refills the list with, for each row, the `perRow` columns of least c_ij − v_j, and for each column the
   * `perColumn` rows of least c_ij − u_i, where u_i = min_j (c_ij − v_j). Reads the whole matrix once.
   */
  select(cost: CostRows, v: Float64Array, perRow: number, perColumn: number, poll?: () => void): void;
  /** Appends an edge; `start` does not cover it. */
  push(i: number, j: number, c: number): void;
}

export function createEdgeList(maxN: number, maxM: number): EdgeList {
  let row = new Int32Array(0);
  let column = new Int32Array(0);
  let edgeCost = new Float64Array(0);
  let columnBestRow = new Int32Array(0);
  let columnBestCost = new Float64Array(0);
  let columnBestReduced = new Float64Array(0);
  let bestReduced = new Float64Array(0);
  let rowBestColumn = new Int32Array(0);
  let rowBestCost = new Float64Array(0);
  const start = new Int32Array(maxN + 1);
  let count = 0;
  let largestCost = 0;

  function reserve(capacity: number): void {
    if (row.length >= capacity) return;
    const to = Math.max(capacity, Math.ceil(row.length * 1.5));
    const old = { row, column, edgeCost };
    row = new Int32Array(to);
    column = new Int32Array(to);
    edgeCost = new Float64Array(to);
    row.set(old.row);
    column.set(old.column);
    edgeCost.set(old.edgeCost);
  }

  function reserveBest(n: number, m: number, perRow: number, perColumn: number): void {
    if (columnBestRow.length < m * perColumn) {
      columnBestRow = new Int32Array(Math.max(m, maxM) * perColumn);
      columnBestCost = new Float64Array(columnBestRow.length);
      columnBestReduced = new Float64Array(columnBestRow.length);
    }
    if (rowBestColumn.length < n * perRow) {
      rowBestColumn = new Int32Array(Math.max(n, maxN) * perRow);
      rowBestCost = new Float64Array(rowBestColumn.length);
    }
    if (bestReduced.length < perRow) bestReduced = new Float64Array(perRow);
  }

  /** The best of row i into rowBestColumn and rowBestCost, sorted; u_i is returned. */
  function bestOfRow(cost: CostRows, at: number, i: number, v: Float64Array, perRow: number): number {
    const { values, m } = cost;
    const base = i * perRow;
    let filled = 0;
    let worst = Number.POSITIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      const reduced = values[at + j]! - v[j]!;
      if (reduced >= worst) continue;
      let k = filled < perRow ? filled++ : perRow - 1;
      for (; k > 0 && bestReduced[k - 1]! > reduced; k--) {
        bestReduced[k] = bestReduced[k - 1]!;
        rowBestColumn[base + k] = rowBestColumn[base + k - 1]!;
      }
      bestReduced[k] = reduced;
      rowBestColumn[base + k] = j;
      if (filled === perRow) worst = bestReduced[perRow - 1]!;
    }
    for (let k = 0; k < perRow; k++) rowBestCost[base + k] = values[at + rowBestColumn[base + k]!]!;
    return bestReduced[0]!;
  }

  /** Lets row i into the best lists of the columns; `columnBestReduced` holds the worst of each list at its end. */
  function offerToColumns(cost: CostRows, at: number, i: number, u: number, perColumn: number): void {
    const { values, m } = cost;
    for (let j = 0; j < m; j++) {
      const c = values[at + j]!;
      if (Math.abs(c) > largestCost) largestCost = Math.abs(c);
      const reduced = c - u;
      const base = j * perColumn;
      let k = perColumn - 1;
      if (reduced >= columnBestReduced[base + k]!) continue;
      for (; k > 0 && columnBestReduced[base + k - 1]! > reduced; k--) {
        columnBestReduced[base + k] = columnBestReduced[base + k - 1]!;
        columnBestRow[base + k] = columnBestRow[base + k - 1]!;
        columnBestCost[base + k] = columnBestCost[base + k - 1]!;
      }
      columnBestReduced[base + k] = reduced;
      columnBestRow[base + k] = i;
      columnBestCost[base + k] = c;
    }
  }

  /** Row lists first, then what the columns want beyond them, as compressed rows. */
  function merge(n: number, m: number, v: Float64Array, perRow: number, perColumn: number): void {
    start.fill(0, 0, n + 1);
    for (let i = 0; i < n; i++) start[i + 1] = perRow;
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < m; j++) {
        for (let e = j * perColumn; e < (j + 1) * perColumn; e++) {
          const i = columnBestRow[e]!;
          if (i < 0) continue;
          const last = (i + 1) * perRow - 1;
          const inRowList =
            columnBestCost[e]! - v[j]! <= rowBestCost[last]! - v[rowBestColumn[last]!]! && perRow > 0;
          if (inRowList) continue;
          if (pass === 0) start[i + 1]!++;
          else {
            const k = start[i]!++;
            row[k] = i;
            column[k] = j;
            edgeCost[k] = columnBestCost[e]!;
          }
        }
      }
      if (pass === 1) break;
      for (let i = 0; i < n; i++) start[i + 1]! += start[i]!;
      count = start[n]!;
      reserve(count);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < perRow; k++) {
          row[start[i]! + k] = i;
          column[start[i]! + k] = rowBestColumn[i * perRow + k]!;
          edgeCost[start[i]! + k] = rowBestCost[i * perRow + k]!;
        }
        start[i]! += perRow;
      }
    }
    // the second pass moved each start to its end
    start.copyWithin(1, 0, n);
    start[0] = 0;
  }

  return {
    get row() {
      return row;
    },
    get column() {
      return column;
    },
    get cost() {
      return edgeCost;
    },
    get count() {
      return count;
    },
    get largestCost() {
      return largestCost;
    },
    start,
    select(cost, v, wantedPerRow, wantedPerColumn, poll) {
      const { n, m } = cost;
      const perRow = Math.min(wantedPerRow, m);
      const perColumn = Math.min(wantedPerColumn, n);
      reserveBest(n, m, perRow, perColumn);
      columnBestReduced.fill(Number.POSITIVE_INFINITY, 0, m * perColumn);
      columnBestRow.fill(-1, 0, m * perColumn);
      largestCost = 0;
      for (let i = 0; i < n; i++) {
        if ((i & 255) === 255) poll?.();
        const at = cost.row(i);
        const u = bestOfRow(cost, at, i, v, perRow);
        offerToColumns(cost, at, i, u, perColumn);
      }
      merge(n, m, v, perRow, perColumn);
    },
    push(i, j, c) {
      reserve(count + 1);
      row[count] = i;
      column[count] = j;
      edgeCost[count++] = c;
    },
  };
}
