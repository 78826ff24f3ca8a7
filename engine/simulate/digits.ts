import { gunzipSync } from 'node:zlib';
import { fitSparsePca } from '../embedding/sparse-pca.ts';
import { InputError } from '../errors.ts';
import { sparseRows } from '../io/matrix-rows.ts';
import { wholeMatrix } from '../preprocess/row-blocks.ts';
import { drawWithoutReplacement, randomStream } from '../random.ts';
import { digitCounts, digitImages } from './digits-data.ts';
import { checkCount, rowwise, type ToyData } from './toy-data.ts';

export interface DigitsOptions {
  /** which images are held back; any integer; default 42 */
  seed?: number;
  /** the digit that is translated; default 4 */
  from?: number;
  /** the digit that it becomes; default 9 */
  to?: number;
  /** principal components, 1 to 64; default 16 */
  components?: number;
}

export interface DigitsData extends ToyData {
  /** images of both digits that no one may train on, [·, dims] */
  heldBack: Float32Array;
  /** points [·, dims] back to images, flat [·, 64], row by row, 0 (empty) to 16; a little outside where PCA cuts */
  toImages(points: Float32Array | Float64Array): Float32Array;
}

/** width and height of an image */
export const digitSize = 8;
const PIXELS = digitSize * digitSize;
const HELD_BACK_SHARE = 0.2;

/**
 * Unpaired translation of one handwritten digit to another: two "timepoints", the images of each, in the space of their
 * principal components. A fifth of each digit's images is held back; nothing here is fitted on them. In the place of
 * a manifold stand these real images: `distanceToManifold` is the Euclidean distance to the nearest one of either digit,
 * in PCA space. It stands for the image translation of arXiv 2405.14780 (cats to dogs). Images: see digits-data.ts.
 * @throws InputError where a digit is none, both are the same, or the components do not fit
 */
export function digitTranslation(options: DigitsOptions = {}): DigitsData {
  const { seed = 42, from = 4, to = 9, components = 16 } = options;
  checkCount('from', from, 0, 9);
  checkCount('to', to, 0, 9);
  checkCount('components', components, 1, PIXELS);
  if (from === to) {
    throw new InputError('A digit is not translated to itself.', {
      option: 'to',
      expected: 'another digit than `from`',
      found: String(to),
    });
  }
  const digits = [from, to].map((digit) => {
    const images = imagesOf(digit);
    const n = images.length / PIXELS;
    const order = drawWithoutReplacement(n, n, randomStream(seed, 'simulate', 'digits', digit));
    const held = Math.round(HELD_BACK_SHARE * n);
    return {
      heldBack: rowsOf(images, order.subarray(0, held).sort()),
      training: rowsOf(images, order.subarray(held).sort()),
    };
  });
  const counts = digits.map(({ training }) => training.length / PIXELS);
  const space = fitSpace(concat(digits.map(({ training }) => training)), components);
  const heldBack = space.project(concat(digits.map((digit) => digit.heldBack)));
  return {
    dims: components,
    points: space.project(concat(digits.map(({ training }) => training))),
    cellTimepoint: Int32Array.from({ length: counts[0]! + counts[1]! }, (_, i) => (i < counts[0]! ? 0 : 1)),
    times: [0, 1],
    heldBack,
    toImages: space.toImages,
    distanceToManifold: (points) => rowwise(points, components, (row) => distanceToNearest(row, heldBack)),
  };
}

let unpacked: Uint8Array | undefined;

function imagesOf(digit: number): Float64Array {
  unpacked ??= gunzipSync(Buffer.from(digitImages, 'base64'));
  const before = digitCounts.slice(0, digit).reduce((sum, count) => sum + count, 0);
  return Float64Array.from(unpacked.subarray(before * PIXELS, (before + digitCounts[digit]!) * PIXELS));
}

function rowsOf(images: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from({ length: rows.length * PIXELS }, (_, i) => {
    const row = rows[Math.floor(i / PIXELS)]!;
    return images[row * PIXELS + (i % PIXELS)]!;
  });
}

function concat(parts: Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The principal components of images [·, 64], and the ways there and back. */
function fitSpace(images: Float64Array, components: number) {
  const { mean, loadings } = fitSparsePca(wholeMatrix(sparseRows(images, PIXELS), PIXELS), components);
  return {
    project(given: Float64Array): Float32Array {
      const out = new Float32Array((given.length / PIXELS) * components);
      for (let i = 0; i < out.length; i++) {
        const row = Math.floor(i / components) * PIXELS;
        let sum = 0;
        for (let p = 0; p < PIXELS; p++)
          sum += (given[row + p]! - mean[p]!) * loadings[p * components + (i % components)]!;
        out[i] = sum;
      }
      return out;
    },
    toImages(points: Float32Array | Float64Array): Float32Array {
      const out = new Float32Array((points.length / components) * PIXELS);
      for (let i = 0; i < out.length; i++) {
        const row = Math.floor(i / PIXELS) * components;
        let value = mean[i % PIXELS]!;
        for (let k = 0; k < components; k++)
          value += points[row + k]! * loadings[(i % PIXELS) * components + k]!;
        out[i] = value;
      }
      return out;
    },
  };
}

function distanceToNearest(point: ArrayLike<number>, others: Float32Array): number {
  const d = point.length;
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < others.length; at += d) {
    let square = 0;
    for (let k = 0; k < d; k++) square += (point[k]! - others[at + k]!) ** 2;
    nearest = Math.min(nearest, square);
  }
  return Math.sqrt(nearest);
}
