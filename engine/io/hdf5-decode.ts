import type { StoredType } from './hdf5-type.ts';

/** Numbers of a dataset as stored; 64-bit integers come as Float64Array, half precision as Float32Array, booleans as 0 and 1. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Why bytes cannot be told as values; the place is added by whoever knows it. */
export class Undecodable extends Error {
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

type NumberType = Extract<StoredType, { kind: 'integer' | 'float' | 'boolean' }>;

export function isNumberType(type: StoredType): type is NumberType {
  return type.kind === 'integer' || type.kind === 'float' || type.kind === 'boolean';
}

/**
 * @param bytes little-endian, at the start of its own buffer, which the result may share
 * @throws Undecodable: an integer beyond 2⁵³, a boolean that is neither 0 nor 1
 */
export function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, type: NumberType): NumericArray {
  const { buffer, byteLength } = bytes;
  switch (type.kind) {
    case 'boolean':
      return checkedBooleans(bytes);
    case 'float':
      if (type.size === 2) return decodeHalves(new Uint16Array(buffer, 0, byteLength / 2));
      return type.size === 4
        ? new Float32Array(buffer, 0, byteLength / 4)
        : new Float64Array(buffer, 0, byteLength / 8);
    case 'integer':
      switch (type.size) {
        case 1:
          return type.signed ? new Int8Array(buffer, 0, byteLength) : bytes;
        case 2:
          return new (type.signed ? Int16Array : Uint16Array)(buffer, 0, byteLength / 2);
        case 4:
          return new (type.signed ? Int32Array : Uint32Array)(buffer, 0, byteLength / 4);
        case 8:
          return widenInPlace(buffer, byteLength / 8, type.signed);
      }
  }
}

function checkedBooleans(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const wrong = bytes.findIndex((value) => value > 1);
  if (wrong >= 0) throw new Undecodable('booleans', `the byte ${bytes[wrong]} at position ${wrong}`);
  return bytes;
}

/** 64-bit integers become float64 of the same value; both are 8 bytes wide, so no second array is needed. */
function widenInPlace(buffer: ArrayBufferLike, length: number, signed: boolean): Float64Array {
  const words = new Uint32Array(buffer, 0, 2 * length);
  const values = new Float64Array(buffer, 0, length);
  for (let i = 0; i < length; i++) {
    const low = words[2 * i]!;
    const high = signed ? words[2 * i + 1]! | 0 : words[2 * i + 1]!;
    const value = high * 2 ** 32 + low;
    // of the sum, not of the parts: −2⁵³ has a high word of its own
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
      throw new Undecodable('integers below 2^53 in size', `about ${value} at position ${i}`);
    values[i] = value;
  }
  return values;
}

function decodeHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}

// anndata reads texts strictly, too: a replaced letter could make two names equal
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws Undecodable: no UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Undecodable('text in UTF-8', `other bytes, beginning with ${Array.from(bytes.subarray(0, 8))}`);
  }
}

/** Texts of a fixed size, up to the first zero byte. */
export function decodeFixedTexts(bytes: Uint8Array, size: number, spacePadded: boolean): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const field = bytes.subarray(i * size, (i + 1) * size);
    const end = field.indexOf(0);
    const text = decodeText(end < 0 ? field : field.subarray(0, end));
    return spacePadded ? text.replace(/ +$/, '') : text;
  });
}

/** Texts of any length: addresses of zero-terminated bytes in `heap`; 0 is an empty text. */
export function decodeTexts(bytes: Uint8Array, heap: Uint8Array): string[] {
  const addresses = new Uint32Array(bytes.buffer, 0, bytes.length / 4);
  return Array.from(addresses, (at) => (at === 0 ? '' : decodeText(heap.subarray(at, heap.indexOf(0, at)))));
}

/** The bytes of one member of all rows, side by side. */
export function gatherMember(
  rows: Uint8Array,
  rowSize: number,
  offset: number,
  size: number,
): Uint8Array<ArrayBuffer> {
  const count = rows.length / rowSize;
  const member = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = i * rowSize + offset;
    member.set(rows.subarray(from, from + size), i * size);
  }
  return member;
}
