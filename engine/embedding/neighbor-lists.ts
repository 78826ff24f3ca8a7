/** The k nearest candidates seen so far of each of n points, each list ascending. */
export class NeighborLists {
  readonly n: number;
  readonly k: number;
  /** −1 = none yet; flat [n, k] */
  readonly ids: Int32Array;
  /** squared distances, infinite where there is none; flat [n, k] */
  readonly squares: Float64Array;
  /** 1 = not yet compared with its fellows (NN-descent); flat [n, k] */
  readonly fresh: Uint8Array;

  constructor(n: number, k: number) {
    this.n = n;
    this.k = k;
    this.ids = new Int32Array(n * k).fill(-1);
    this.squares = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
    this.fresh = new Uint8Array(n * k);
  }

  /** a candidate must be nearer than this to enter */
  bound(i: number): number {
    return this.squares[i * this.k + this.k - 1]!;
  }

  /** Puts j into the list of i if it is nearer than the last and not there; tells whether it was. */
  offer(i: number, j: number, square: number): boolean {
    const { ids, squares, fresh, k } = this;
    const start = i * k;
    let at = start + k - 1;
    if (!(square < squares[at]!)) return false;
    for (let a = start; a <= at; a++) if (ids[a] === j) return false;
    while (at > start && squares[at - 1]! > square) {
      ids[at] = ids[at - 1]!;
      squares[at] = squares[at - 1]!;
      fresh[at] = fresh[at - 1]!;
      at--;
    }
    ids[at] = j;
    squares[at] = square;
    fresh[at] = 1;
    return true;
  }
}
