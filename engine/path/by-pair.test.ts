import { describe, expect, it } from 'vitest';
import { loadKernels } from '../compute/wasm.ts';
import { createMlp, initializeMlp } from '../nn/mlp.ts';
import { randomStream } from '../random.ts';
import { pathByPair } from './by-pair.ts';
import { geodesicPath } from './geodesic.ts';
import { linearPath } from './linear.ts';

const dims = 3;
const rowsPerPair = 4;
const pairs = [0, 1, 2].map((k) => ({ tStart: k / 4, duration: (k + 1) / 8 }));
const rows = pairs.length * rowsPerPair;
const kernels = await loadKernels({ megabytes: 16 });
const random = randomStream(4, 'by pair');
const interpolant = createMlp(kernels, { sizes: [2 * dims + 1, 12, dims], rows, tangent: true });
initializeMlp(interpolant, random);
const bent = geodesicPath(interpolant);
const draw = () => Float32Array.from({ length: rows * dims }, () => random.normal());
const batch = {
  ...{ x0: draw(), x1: draw(), pairs, rowsPerPair },
  s: Float32Array.from({ length: rows }, (_, i) => (i + 1) / (rows + 2)),
};

type Path = Pick<typeof bent, 'evaluate'>;
const evaluated = (path: Path) => {
  const [xt, ut] = [new Float32Array(rows * dims), new Float32Array(rows * dims)];
  path.evaluate(batch, xt, ut);
  return { xt, ut };
};

describe('a path of bent and straight pairs', () => {
  const choices = Array.from({ length: 8 }, (_, bits) => pairs.map((_, k) => ((bits >> k) & 1) === 1));

  it.each(choices)(
    'each pair has the points and velocities of its own kind, to the bit: %o %o %o',
    (...bends) => {
      const [mixed, curved, straight] = [pathByPair(bent, bends), bent, linearPath(dims)].map(evaluated);
      const ofPair = (values: Float32Array, k: number) =>
        values.slice(k * rowsPerPair * dims, (k + 1) * rowsPerPair * dims);
      bends.forEach((isBent, k) => {
        const own = isBent ? curved! : straight!;
        expect(ofPair(mixed!.xt, k)).toEqual(ofPair(own.xt, k));
        expect(ofPair(mixed!.ut, k)).toEqual(ofPair(own.ut, k));
        // the two kinds differ here, so that the comparison can tell
        expect(ofPair(curved!.xt, k)).not.toEqual(ofPair(straight!.xt, k));
      });
    },
  );

  it('a batch after another is not mixed with it', () => {
    const path = pathByPair(bent, [true, false, true]);
    const first = evaluated(path);
    batch.s.reverse();
    const other = evaluated(path);
    batch.s.reverse();
    expect(other.xt).not.toEqual(first.xt);
    expect(evaluated(path)).toEqual(first);
  });
});
