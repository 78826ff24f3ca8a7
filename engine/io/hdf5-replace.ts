import type { Dataset, File } from 'h5wasm/node';
import { Module } from 'h5wasm/node';
import { InputError, WorkError } from '../errors.ts';
import type { NumericArray } from './hdf5.ts';

type Values = NumericArray | BigInt64Array | string[] | string;

/** Chunks of a replaceable array, about. */
const CHUNK_BYTES = 2 ** 20;

/** The library gives 2⁶⁴ − 1 for no largest size. */
const LARGEST_SIZE = Number.MAX_SAFE_INTEGER;

/** A dataset whose size can change later: arrays in chunks without a largest size, texts of any length. */
export function createReplaceable(file: File, key: string, data: Values, shape: number[]): Dataset {
  if (shape.length === 0) return file.create_dataset({ name: key, data, shape });
  const rowBytes = shape.slice(1).reduce((product, n) => product * n, bytesOfOne(data));
  const rows = Math.min(shape[0]!, Math.ceil(CHUNK_BYTES / Math.max(1, rowBytes)));
  const chunks = [rows, ...shape.slice(1)].map((n) => Math.max(1, n));
  return file.create_dataset({
    name: key,
    data,
    shape,
    chunks,
    maxshape: shape.map(() => null),
    ...(Array.isArray(data) && { dtype: 'S' }),
  });
}

/**
 * Writes other values in the place of a dataset's, which takes their shape.
 * @throws InputError: another type, or a size that cannot change, as of a file that Python saved anew
 */
export function replaceValues(file: File, path: string, key: string, data: Values, shape: number[]): void {
  const dataset = file.get(key) as Dataset;
  if (!canHold(dataset, data, shape)) {
    throw new InputError('Earlier results in this file cannot be replaced.', {
      file: path,
      key,
      expected: 'what an export of Meander wrote, or the same number of values',
      found: 'an element of another type or size, which HDF5 cannot remove here',
      action:
        'Take a source without earlier results (--source FILE), or remove this element in Python and save the file.',
    });
  }
  if (dataset.shape?.some((n, d) => n !== shape[d])) dataset.resize(shape);
  const status =
    typeof data === 'string' || Array.isArray(data) ? setTexts(file, key, data) : setNumbers(file, key, data);
  if (status < 0) throw new WorkError('The results cannot be written into the file.', { file: path, key });
}

function canHold(dataset: Dataset, data: Values, shape: number[]): boolean {
  const { type, size, vlen, shape: there, maxshape, chunks } = dataset.metadata ?? {};
  const { H5T_STRING, H5T_FLOAT, H5T_INTEGER } = Module.H5T_class_t;
  if (there?.length !== shape.length) return false;
  const fits =
    there.every((n, d) => n === shape[d]) ||
    (chunks !== null && maxshape?.every((n) => n === null || n > LARGEST_SIZE));
  if (!fits) return false;
  if (typeof data === 'string' || Array.isArray(data)) return type === H5T_STRING.value && vlen === true;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  return type === (isFloat ? H5T_FLOAT : H5T_INTEGER).value && size === data.BYTES_PER_ELEMENT;
}

function bytesOfOne(data: Values): number {
  return ArrayBuffer.isView(data) ? data.BYTES_PER_ELEMENT : 16;
}

function setNumbers(file: File, key: string, data: NumericArray | BigInt64Array): number {
  const pointer = Module._malloc(Math.max(1, data.byteLength));
  try {
    Module.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pointer);
    return Module.set_dataset_data(file.file_id, `/${key}`, null, null, null, BigInt(pointer));
  } finally {
    Module._free(pointer);
  }
}

/** The library has no call of its own for texts of any length: an array of pointers to zero-terminated bytes. */
function setTexts(file: File, key: string, data: string[] | string): number {
  const texts = (Array.isArray(data) ? data : [data]).map((text) => Buffer.from(`${text}\0`));
  const starts: number[] = [];
  let length = 4 * texts.length;
  for (const text of texts) {
    starts.push(length);
    length += text.length;
  }
  const pointer = Module._malloc(Math.max(1, length));
  try {
    const pointers = Uint32Array.from(starts, (start) => pointer + start);
    Module.HEAPU8.set(new Uint8Array(pointers.buffer), pointer);
    texts.forEach((text, i) => {
      Module.HEAPU8.set(text, pointer + starts[i]!);
    });
    return Module.set_dataset_data(file.file_id, `/${key}`, null, null, null, BigInt(pointer));
  } finally {
    Module._free(pointer);
  }
}
