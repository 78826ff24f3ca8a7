// Where the LAND metric keeps its samples: in blocks of 16, [block][dims][16], so that four vectors of four are next to
// each other in every dimension; each block has a bounding box.

export const BLOCK: i32 = 16;
/** bytes of one dimension of one block */
export const LINE: usize = 64;
/** beyond every sample, and its square is finite in float32 */
const FAR: f32 = 1e18;

/** How many blocks hold `count` samples. */
// @ts-ignore: decorator
@inline
export function blocksOf(count: i32): i32 {
  return (count + BLOCK - 1) / BLOCK;
}

export function landDataLength(dims: i32, capacity: i32): i32 {
  return blocksOf(capacity) * BLOCK * dims;
}

/** Boxes lie four together, [group][dims][low ×4, high ×4]. */
export function landBoxesLength(dims: i32, capacity: i32): i32 {
  return ((blocksOf(capacity) + 3) >> 2) * 8 * dims;
}

/** Sums (a vector a dimension), slopes, weights of all samples, blocks in use, far blocks and their distances. */
export function landScratchLength(dims: i32, capacity: i32): i32 {
  const blocks = blocksOf(capacity);
  return (4 + 1) * dims + blocks * BLOCK + 3 * blocks;
}

/** Gathers rows `indices` of points [·, dims] into blocks, the last one filled up with copies, and makes the boxes. */
export function landSet(points: usize, indices: usize, count: i32, dims: i32, data: usize, boxes: usize): void {
  const blocks = blocksOf(count);
  for (let i = 0; i < blocks * BLOCK; i++) {
    const index = i32.load(indices + (<usize>min(i, count - 1) << 2));
    const from = points + (<usize>(index * dims) << 2);
    const to = data + (<usize>((i / BLOCK) * dims * BLOCK + (i % BLOCK)) << 2);
    for (let k = 0; k < dims; k++) {
      f32.store(to + <usize>k * LINE, f32.load(from + (<usize>k << 2)));
    }
  }
  for (let block = 0; block < ((blocks + 3) & ~3); block++) {
    for (let k = 0; k < dims; k++) {
      const box = boxes + (<usize>((block >> 2) * dims + k) << 5) + (<usize>(block & 3) << 2);
      if (block >= blocks) {
        f32.store(box, FAR);
        f32.store(box, FAR, 16);
        continue;
      }
      let low = f32x4.splat(FAR);
      let high = f32x4.splat(-FAR);
      const line = data + <usize>(block * dims + k) * LINE;
      for (let p: usize = 0; p < LINE; p += 16) {
        low = f32x4.pmin(low, v128.load(line + p));
        high = f32x4.pmax(high, v128.load(line + p));
      }
      low = f32x4.pmin(low, v128.shuffle<f32>(low, low, 2, 3, 0, 1));
      high = f32x4.pmax(high, v128.shuffle<f32>(high, high, 2, 3, 0, 1));
      f32.store(box, min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)));
      f32.store(box, max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)), 16);
    }
  }
}
