// Stochastic gradient descent of a UMAP layout. The two forces are functions of the squared distance alone and are read
// from tables: a power at each of some hundred million visits would take most of the time.

/** entries a factor of two, 2⁵; one entry covers the squares that share exponent and first bits of the mantissa */
const SHIFT: u32 = 18;
const STEPS: f32 = 1 / 262144;
const MULTIPLIER: u64 = 0x2545f4914f6cdd1d;
/** longest step along an axis, in units of the learning rate */
const MOST: f32 = 4;

/**
 * One epoch over the edges from … to − 1. An edge whose turn it is pulls its ends together and pushes its head away
 * from `negatives` cells drawn at random.
 * places [n][2]; heads, tails (i32), gaps (epochs between two turns) and turns (epoch of the next one), [edges];
 * pull and push: tables of the forces over a squared distance, from bits `base` << 18 in `size` entries; state: u64, not 0.
 */
export function umapEpoch(
  places: usize, n: u32, heads: usize, tails: usize, gaps: usize, turns: usize, from: i32, to: i32, epoch: f32,
  rate: f32, negatives: i32, pull: usize, push: usize, base: u32, size: u32, state: usize,
): void {
  let random = load<u64>(state);
  const end = <usize>to << 2;
  for (let edge = <usize>from << 2; edge < end; edge += 4) {
    const turn = f32.load(turns + edge);
    if (turn > epoch) continue;
    f32.store(turns + edge, turn + f32.load(gaps + edge));
    const head = places + (<usize>i32.load(heads + edge) << 3);
    const tail = places + (<usize>i32.load(tails + edge) << 3);
    let x = f32.load(head);
    let y = f32.load(head, 4);
    const tailX = f32.load(tail);
    const tailY = f32.load(tail, 4);
    let dx = x - tailX;
    let dy = y - tailY;
    let force = read(pull, dx * dx + dy * dy, base, size);
    const stepX = rate * clip(force * dx);
    const stepY = rate * clip(force * dy);
    x -= stepX;
    y -= stepY;
    f32.store(tail, tailX + stepX);
    f32.store(tail, tailY + stepY, 4);
    let sumX: f32 = 0;
    let sumY: f32 = 0;
    for (let s = 0; s < negatives; s++) {
      random ^= random >> 12;
      random ^= random << 25;
      random ^= random >> 27;
      const other = places + (<usize>(((random * MULTIPLIER) >> 32) * <u64>n >> 32) << 3);
      if (other == head) continue;
      dx = x - f32.load(other);
      dy = y - f32.load(other, 4);
      force = read(push, dx * dx + dy * dy, base, size);
      sumX += clip(force * dx);
      sumY += clip(force * dy);
    }
    f32.store(head, x + rate * sumX);
    f32.store(head, y + rate * sumY, 4);
  }
  store<u64>(state, random);
}

/** Linear between entries; beyond the ends of the table the first and the last. */
// @ts-ignore: decorator
@inline
function read(table: usize, square: f32, base: u32, size: u32): f32 {
  const bits = reinterpret<u32>(square);
  const entry = (bits >> SHIFT) - base;
  // below the table the subtraction wraps round to a large number
  if (entry >= size - 1) return f32.load(table + (square < 1 ? 0 : <usize>(size - 1) << 2));
  const at = table + (<usize>entry << 2);
  const left = f32.load(at);
  return left + (f32.load(at, 4) - left) * (<f32>(bits & ((1 << SHIFT) - 1)) * STEPS);
}

// @ts-ignore: decorator
@inline
function clip(step: f32): f32 {
  return max(-MOST, min(MOST, step));
}
