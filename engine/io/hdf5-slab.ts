import * as h5wasm from 'h5wasm/node';
import { InputError, WorkError } from '../errors.ts';
import {
  decodeFixedTexts,
  decodeNumbers,
  decodeTexts,
  gatherMember,
  isNumberType,
  type NumericArray,
} from './hdf5-decode.ts';
import { dtypeName, holdsTexts, type StoredType } from './hdf5-type.ts';

export type ElementType = 'integer' | 'float' | 'boolean' | 'string' | 'compound' | 'other';

/** `[start, stop)` along one dimension. */
export type Range = [start: number, stop: number];

/** One member of a compound dataset, for all its rows. */
export interface CompoundField {
  name: string;
  type: ElementType;
  /** see Hdf5Dataset.dtype; of the single values where they are arrays */
  dtype: string;
  /** of the array that each row holds; `[]` if it holds a single value */
  shape: number[];
  /** rows × the product of `shape`, row-major; none for a type that cannot be read (`other`) */
  values: NumericArray | string[];
}

/** The library's heap never shrinks and one read must stay below 2 GB, hence slabs. */
const SLAB_BYTES = 64 * 2 ** 20;
/** What a text of any length takes in a slab: an address here, a reference of 16 bytes and the text itself in the library. */
const TEXT_BYTES = 256;
/** Where an element lies. */
export interface Place {
  file: string;
  key: string;
}

/** A dataset and what is known of it. */
export interface Stored {
  dataset: h5wasm.Dataset;
  metadata: h5wasm.Metadata;
  type: StoredType;
  place: Place;
}

export function elementType(type: StoredType): ElementType {
  return type.kind === 'array' ? 'other' : type.kind;
}

export function wrongType({ type, place }: Stored, expected: string): InputError {
  return new InputError('An element of the file has a type that does not serve here.', {
    ...place,
    expected,
    found: dtypeName(type),
    action: 'In Python, convert this element to numbers or strings, and save the file anew.',
  });
}

export function readNumbers(stored: Stored, ranges: Range[]): NumericArray {
  const { metadata, type } = stored;
  if (!isNumberType(type)) throw wrongType(stored, 'numbers');
  const box = boxOf(metadata, ranges);
  const bytes = new Uint8Array(lengthOf(box) * metadata.size);
  let filled = 0;
  for (const slab of slabsOf(box, metadata.size)) {
    withSlab(stored, slab, (part) => bytes.set(part, filled));
    filled += lengthOf(slab) * metadata.size;
  }
  return decodeNumbers(bytes, type);
}

export function readStrings(stored: Stored, ranges: Range[]): string[] {
  const { metadata, type } = stored;
  if (type.kind !== 'string') throw wrongType(stored, 'strings');
  const texts: string[] = [];
  for (const slab of slabsOf(boxOf(metadata, ranges), type.variable ? TEXT_BYTES : type.size)) {
    const part = withSlab(stored, slab, (bytes, heap) => decodeStrings(bytes, type, heap));
    // spreading a long array would overflow the stack
    for (const text of part) texts.push(text);
  }
  return texts;
}

function decodeStrings(
  bytes: Uint8Array,
  type: Extract<StoredType, { kind: 'string' }>,
  heap: Uint8Array,
): string[] {
  return type.variable
    ? decodeTexts(bytes.slice(), heap)
    : decodeFixedTexts(bytes, type.size, type.spacePadded);
}

export function readFields(stored: Stored): CompoundField[] {
  const { metadata, type } = stored;
  if (type.kind !== 'compound') throw wrongType(stored, 'a table');
  // one slab: such tables are those of old files, small
  return withSlab(stored, boxOf(metadata, []), (rows, heap) =>
    type.members.map((member) => {
      const array = member.type.kind === 'array' ? member.type : undefined;
      const value = array?.of ?? member.type;
      const bytes = gatherMember(rows, metadata.size, member.offset, member.size);
      return {
        name: member.name,
        type: elementType(value),
        dtype: dtypeName(value),
        shape: array?.shape ?? [],
        values: decodeMember(bytes, value, heap),
      };
    }),
  );
}

function decodeMember(
  bytes: Uint8Array<ArrayBuffer>,
  type: StoredType,
  heap: Uint8Array,
): NumericArray | string[] {
  if (isNumberType(type)) return decodeNumbers(bytes, type);
  return type.kind === 'string' ? decodeStrings(bytes, type, heap) : [];
}

/** What is selected, one range a dimension; `null`: nothing to select from. */
type Box = Range[] | null;

function boxOf({ shape }: h5wasm.Metadata, ranges: Range[]): Box {
  return shape ? shape.map((n, d): Range => ranges[d] ?? [0, n]) : null;
}

function lengthOf(box: Box): number {
  return box === null ? 0 : box.reduce((product, [start, stop]) => product * (stop - start), 1);
}

/** A box cut along its first dimension. */
function* slabsOf(box: Box, bytesPerValue: number): Generator<Range[]> {
  if (box === null) return;
  const [first, ...others] = box;
  // the library's slabs need one dimension at least
  if (first === undefined) return yield [];
  const rowBytes = others.reduce((product, [start, stop]) => product * (stop - start), bytesPerValue);
  const rows = Math.max(1, Math.floor(SLAB_BYTES / Math.max(1, rowBytes)));
  for (let from = first[0]; from < first[1]; from += rows)
    yield [[from, Math.min(from + rows, first[1])], ...others];
}

/**
 * Reads a slab into the library's heap, where `take` copies what it wants. Not by the library's own functions: those
 * know no half precision, and where a reading fails they free addresses that were never set, which aborts everything.
 */
function withSlab<T>(
  { dataset, metadata, type, place }: Stored,
  box: Box,
  take: (bytes: Uint8Array, heap: Uint8Array) => T,
): T {
  const library = h5wasm.Module;
  const size = lengthOf(box) * metadata.size;
  if (size === 0) return take(new Uint8Array(0), new Uint8Array(0));
  const pointer = library._malloc(size);
  if (pointer === 0)
    throw new WorkError('There is not enough memory to read a part of the file.', {
      ...place,
      found: `${size} bytes at once`,
      action: 'Close other programs, or use a machine with more memory.',
    });
  try {
    const texts = holdsTexts(type);
    if (texts) library.HEAPU8.fill(0, pointer, pointer + size);
    const [count, offset, strides] = selection(box!);
    library.get_dataset_data(dataset.file_id, dataset.path, count, offset, strides, BigInt(pointer));
    const result = take(library.HEAPU8.subarray(pointer, pointer + size), library.HEAPU8);
    if (texts) reclaim(dataset, pointer, count);
    return result;
  } finally {
    library._free(pointer);
  }
}

type Selection = bigint[] | null;

function selection(box: Range[]): [count: Selection, offset: Selection, strides: Selection] {
  if (box.length === 0) return [null, null, null];
  return [
    box.map(([start, stop]) => BigInt(stop - start)),
    box.map(([start]) => BigInt(start)),
    box.map(() => 1n),
  ];
}

function reclaim({ file_id, path }: h5wasm.Dataset, pointer: number, count: Selection): void {
  if (count === null) h5wasm.Module.reclaim_vlen_memory(file_id, path, '', BigInt(pointer));
  else h5wasm.Module.reclaim_vlen_memory_count(file_id, path, '', BigInt(pointer), count);
}
