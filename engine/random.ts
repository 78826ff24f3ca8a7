import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of numbers. Drawing changes it; every consumer gets a stream of its own. */
export interface RandomStream {
  /** uniform in [0, 1), 53 bits */
  uniform(): number;
  /** uniform in {0, …, n − 1}; n ≤ 2³² */
  integer(n: number): number;
  /** standard normal */
  normal(): number;
}

/**
 * The stream that belongs to a seed and a purpose. Different purposes give independent streams, so that
 * drawing more numbers for one purpose never shifts another.
 * @param seed any integer
 * @param purpose e.g. `'interpolant', 'minibatch', 3`
 */
export function randomStream(seed: number, ...purpose: (string | number)[]): RandomStream {
  const generator = xoroshiro128plus(hash32(JSON.stringify([seed, ...purpose])));
  let spare = Number.NaN;
  const uniform = () => ((generator.next() >>> 5) * 67108864 + (generator.next() >>> 6)) / 9007199254740992;
  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    // Marsaglia's polar method: two normals a round, the second is kept
    normal() {
      if (!Number.isNaN(spare)) {
        const kept = spare;
        spare = Number.NaN;
        return kept;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const r = u * u + v * v;
        if (r > 0 && r < 1) {
          const scale = Math.sqrt((-2 * Math.log(r)) / r);
          spare = v * scale;
          return u * scale;
        }
      }
    },
  };
}

/** Shuffles in place (Fisher–Yates) and returns the same array. */
export function shuffle<T extends Int32Array | Uint32Array | number[]>(items: T, random: RandomStream): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swap = items[i]!;
    items[i] = items[j]!;
    items[j] = swap;
  }
  return items;
}

/** k of the indices 0 … n − 1, without replacement, in random order. */
export function drawWithoutReplacement(n: number, k: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const count = Math.min(k, n);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(n - i);
    const swap = order[i]!;
    order[i] = order[j]!;
    order[j] = swap;
  }
  return order.slice(0, count);
}

// FNV-1a with a final avalanche (murmur3's), so that neighbouring seeds give unrelated states
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
