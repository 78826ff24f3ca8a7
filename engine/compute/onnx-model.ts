import type { GemmLayout } from './kernels.ts';

const FLOAT = 1;
const INT = 2;

/**
 * An ONNX model of one Gemm node, y = op(a)·op(b) (+ c), of any sizes, as the bytes of a file. Inputs `a`, `b` and
 * with `accumulate` `c`; output `y`. Field numbers are those of onnx.proto (IR version 8, opset 13).
 */
export function onnxGemmModel(layout: GemmLayout, accumulate: boolean): Uint8Array<ArrayBuffer> {
  const inputs = accumulate ? ['a', 'b', 'c'] : ['a', 'b'];
  const node = [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, 'y'),
    ...text(4, 'Gemm'),
    ...flag('transA', layout === 'tn'),
    ...flag('transB', layout === 'nt'),
  ];
  const graph = [
    ...message(1, node),
    ...text(2, 'gemm'),
    ...inputs.flatMap((name) => message(11, matrix(name))),
    ...message(12, matrix('y')),
  ];
  const opset = number(2, 13);
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, opset)]);
}

// an integer attribute of the node
function flag(name: string, value: boolean): number[] {
  return message(5, [...text(1, name), ...number(3, value ? 1 : 0), ...number(20, INT)]);
}

// a value with two dimensions that differ from call to call
function matrix(name: string): number[] {
  const shape = ['rows', 'columns'].flatMap((side) => message(1, text(2, `${name} ${side}`)));
  const tensor = [...number(1, FLOAT), ...message(2, shape)];
  return [...text(1, name), ...message(2, message(1, tensor))];
}

// protobuf's wire format: a key (field and type), then a varint or a length and bytes
function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function message(field: number, bytes: number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return message(field, [...Buffer.from(value, 'utf8')]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
