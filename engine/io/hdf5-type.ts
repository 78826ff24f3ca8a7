/** What a dataset, an attribute or a member of a compound holds, as far as it can be read here. */
export type StoredType =
  | { kind: 'integer'; size: 1 | 2 | 4 | 8; signed: boolean }
  /** 2 = half precision */
  | { kind: 'float'; size: 2 | 4 | 8 }
  /** h5py's enumeration of FALSE and TRUE, one byte */
  | { kind: 'boolean' }
  | { kind: 'string'; size: number; variable: boolean; spacePadded: boolean; ascii: boolean }
  | { kind: 'compound'; size: number; members: CompoundMember[] }
  /** a fixed array inside a compound */
  | { kind: 'array'; of: StoredType; shape: number[] }
  /** @property name what to call it in an error, e.g. `complex128` */
  | { kind: 'other'; name: string };

export interface CompoundMember {
  name: string;
  /** bytes from the beginning of a row */
  offset: number;
  size: number;
  type: StoredType;
}

/** The part of the library's description of a type that is used. */
interface Described {
  type: number;
  size: number;
  signed: boolean;
  littleEndian: boolean;
  vlen: boolean;
  strpad?: number;
  cset?: number;
  enum_type?: { members: Record<string, number> };
  compound_type?: { members: (Described & { name: string; offset: number })[] };
  array_type?: Described & { shape: number[] | null };
}

// H5T_class_t and H5T_str_t of HDF5; they are part of its file format
const [INTEGER, FLOAT, STRING, BITFIELD, OPAQUE, COMPOUND, REFERENCE, ENUM, VLEN, ARRAY] = [
  0, 1, 3, 4, 5, 6, 7, 8, 9, 10,
];
const SPACE_PADDED = 2;

export function storedType(described: Described): StoredType {
  const { type, size, signed, vlen } = described;
  switch (type) {
    case INTEGER:
      return size === 1 || size === 2 || size === 4 || size === 8
        ? { kind: 'integer', size, signed }
        : other(`integers of ${size * 8} bits`);
    case FLOAT:
      return size === 2 || size === 4 || size === 8 ? { kind: 'float', size } : other(`float${size * 8}`);
    case STRING:
      return {
        kind: 'string',
        size,
        variable: vlen,
        spacePadded: described.strpad === SPACE_PADDED,
        ascii: described.cset === 0,
      };
    case ENUM: {
      const members = described.enum_type?.members ?? {};
      const isBoolean = Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
      return isBoolean && size === 1 ? { kind: 'boolean' } : other('an enumeration');
    }
    case COMPOUND:
      return compoundType(described);
    case ARRAY: {
      const { array_type: of } = described;
      return of ? { kind: 'array', of: storedType(of), shape: of.shape ?? [] } : other('an array type');
    }
    case VLEN:
      return other('lists of different lengths');
    case REFERENCE:
      return other('references');
    case BITFIELD:
      return other('bit fields');
    case OPAQUE:
      return other('bytes without a type');
    default:
      return other(`HDF5's type class ${type}`);
  }
}

function other(name: string): StoredType {
  return { kind: 'other', name };
}

function compoundType(described: Described): StoredType {
  const stored = described.compound_type?.members ?? [];
  const members = stored.map((member) => ({
    name: member.name,
    offset: member.offset,
    size: member.size,
    type: storedType(member),
  }));
  const [real, imaginary] = members;
  // as h5py writes complex numbers
  if (members.length === 2 && real!.name === 'r' && imaginary!.name === 'i' && real!.type.kind === 'float')
    return other(`complex${described.size * 8}`);
  // the library turns the bytes of all members or of none
  if (!described.littleEndian && stored.some(isLittleEndianNumber))
    return other('a table of mixed byte orders');
  return { kind: 'compound', size: described.size, members };
}

function isLittleEndianNumber({ type, size, littleEndian }: Described): boolean {
  return (type === INTEGER || type === FLOAT) && size > 1 && littleEndian;
}

/** As numpy calls it: `float32`, `int64`, `bool`, `string`, `compound`; of anything else a description. */
export function dtypeName(type: StoredType): string {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? 'int' : 'uint'}${type.size * 8}`;
    case 'float':
      return `float${type.size * 8}`;
    case 'boolean':
      return 'bool';
    case 'string':
    case 'compound':
      return type.kind;
    case 'array':
      return `arrays of ${dtypeName(type.of)}`;
    case 'other':
      return type.name;
  }
}

/** Whether reading it leaves texts in the library's memory. */
export function holdsTexts(type: StoredType): boolean {
  switch (type.kind) {
    case 'string':
      return type.variable;
    case 'compound':
      return type.members.some((member) => holdsTexts(member.type));
    case 'array':
      return holdsTexts(type.of);
    default:
      return false;
  }
}
