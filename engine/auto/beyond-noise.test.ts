import { describe, expect, it } from 'vitest';
import { CancelledError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { shareBeyondNoise } from './beyond-noise.ts';

/** Three timepoints, `step` apart in the first dimension, with noise of sd 1 in each. */
function clouds(dims: number, step: number, each = 100) {
  const random = randomStream(4, 'noise test');
  const points = Float32Array.from(
    { length: 3 * each * dims },
    (_, at) => random.normal() + (at % dims === 0 ? step * Math.floor(at / (each * dims)) : 0),
  );
  const cells = [0, 1, 2].map((k) => Int32Array.from({ length: each }, (_, i) => k * each + i));
  return { points, dims, cells };
}

const go = () => false;

describe('the share of the way that is beyond noise', () => {
  it('is near 0 where nothing moves, near 1 where days lie far apart, and never outside', () => {
    for (const dims of [5, 50]) expect(shareBeyondNoise(clouds(dims, 0), 1, go)).toBeLessThan(0.1);
    for (const dims of [1, 5, 50]) expect(shareBeyondNoise(clouds(dims, 1000), 1, go)).toBeGreaterThan(0.97);
    expect(shareBeyondNoise({ ...clouds(2, 0), points: new Float32Array(600) }, 1, go)).toBe(0);
  });

  it('falls with the dimensions of noise around the same way', () => {
    const shares = [2, 5, 20, 50].map((dims) => shareBeyondNoise(clouds(dims, 4), 1, go));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]! - shares.at(-1)!).toBeGreaterThan(0.4);
  });

  it('repeats, sees few cells of large clouds, and says nothing of single cells', () => {
    const large = clouds(2, 2, 3000);
    expect(shareBeyondNoise(large, 1, go)).toBe(shareBeyondNoise(large, 1, go));
    expect(shareBeyondNoise(large, 1, go)).not.toBe(shareBeyondNoise(large, 2, go));
    expect(shareBeyondNoise(clouds(2, 100, 1), 1, go)).toBe(0);
  });

  it('can be cancelled', () => {
    expect(() => shareBeyondNoise(clouds(5, 1, 700), 1, () => true)).toThrow(CancelledError);
  });
});
