import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Column, Table } from './tables.ts';

const TYPES = { text: 'STRING', float32: 'FLOAT', float64: 'DOUBLE', int32: 'INT32' } as const;

/** A table as Parquet, each column with its type; no value: null. */
export function tableParquet(table: Table): Uint8Array {
  const columnData = table.map(({ name, kind, values }: Column) => ({
    name,
    type: TYPES[kind],
    data: values,
    nullable: kind === 'text' || kind === 'float64',
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
