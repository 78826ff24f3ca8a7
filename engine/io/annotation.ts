import { countUnique, type ObsColumn, type ObsColumnInfo } from '../dataset/anndata.ts';
import { listNames, nearestName } from '../dataset/names.ts';
import { InputError } from '../errors.ts';
import type { H5adFrame } from './h5ad-frame.ts';

/** A table of the genes, or of the cells. */
export interface Annotation {
  names(): string[];
  columns(): ObsColumnInfo[];
  /** @param option the flag that the name came from, for the error */
  read(name: string, option?: string): ObsColumn;
}

/** What an annotation is made of. */
export type AnnotationFrame = Pick<H5adFrame, 'columns' | 'index' | 'kind' | 'read'>;

/** @param frame undefined: no names, no columns */
export function annotation(file: string, key: string, frame: AnnotationFrame | undefined): Annotation {
  const all = frame?.columns ?? [];
  let columns: ObsColumnInfo[] | undefined;
  return {
    names: () => frame?.index() ?? [],
    columns() {
      columns ??= all.flatMap((name) => describeColumn(frame!, name));
      return columns;
    },
    read(name, option) {
      if (!frame || !all.includes(name)) throw noSuchColumn(file, key, all, name, option);
      return frame.read(name);
    },
  };
}

/** Names and columns that are in memory. */
export function frameOf(names: string[], columns: Record<string, ObsColumn>): AnnotationFrame {
  return {
    columns: Object.keys(columns),
    index: () => names,
    kind: (name) => columns[name]!.kind,
    read: (name) => columns[name]!,
  };
}

/** A column of a kind that is not known is left out; one whose values cannot be read has no nUnique. */
function describeColumn(frame: AnnotationFrame, name: string): ObsColumnInfo[] {
  try {
    const kind = frame.kind(name);
    try {
      return [{ name, kind, nUnique: countUnique(frame.read(name)) }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return [{ name, kind, nUnique: null }];
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [];
  }
}

function noSuchColumn(
  file: string,
  key: string,
  columns: string[],
  name: string,
  option?: string,
): InputError {
  const near = nearestName(name, columns);
  return new InputError(`There is no column "${name}" in ${key}.`, {
    file,
    key: `${key}/${name}`,
    ...(option !== undefined && { option }),
    expected: `one of: ${listNames(columns)}`,
    action: near ? `Did you mean ${near}?` : 'Name one of these.',
  });
}
