import { createHash } from 'node:crypto';
import type { DenseMatrix } from '../dataset/anndata.ts';
import { InputError } from '../errors.ts';
import { ShapedArray, type UnsValue, type WritableColumn, writeH5ad } from './h5ad-write.ts';
import { type Hdf5Dataset, type Hdf5File, type NumericArray, openHdf5 } from './hdf5.ts';
import { joinTree, splitTree } from './tree-arrays.ts';

/** A session as it lies in the file: AnnData without X, everything else in `uns/meander`. */
export interface SessionContent {
  obsNames: string[];
  obs: Record<string, WritableColumn>;
  obsm: Record<string, DenseMatrix>;
  /** what is restored: plain data with typed arrays in it; names and matrices of above are not written twice */
  state: unknown;
  /** further texts for readers of the file, e.g. metrics; not restored */
  texts: Record<string, string>;
  /** shape of an array of the state, by its path, for readers of the file; undefined: it is a list */
  shapeOf(path: string, array: NumericArray): number[] | undefined;
}

const SCHEMA = 2;
const HOME = 'uns/meander';

/**
 * Writes a session, safely (see saveSafely). To be called in a worker thread.
 * @throws InputError, WorkError as saveHdf5
 */
export async function writeSessionFile(path: string, content: SessionContent): Promise<void> {
  const { obsNames, obs, obsm, texts } = content;
  const elsewhere = new Map<object, string>([[obsNames, '/obs/_index']]);
  for (const [name, { values }] of Object.entries(obsm)) elsewhere.set(values, `/obsm/${name}`);
  const { text, arrays } = splitTree(content.state, elsewhere);
  const tree: { [name: string]: UnsValue } = {
    kind: 'session',
    schema: SCHEMA,
    state: text,
    ...texts,
    sha256: contentHash(text, arrays, obsNames),
  };
  for (const [key, array] of arrays) {
    if (key.startsWith('/')) continue;
    const shape = content.shapeOf(key, array);
    place(tree, key.split('/'), shape ? new ShapedArray(array, shape) : array);
  }
  await writeH5ad(path, {
    nObs: obsNames.length,
    nVars: 0,
    obsNames,
    varNames: [],
    obs,
    obsm,
    uns: { meander: tree },
  });
}

function place(tree: { [name: string]: UnsValue }, [name, ...rest]: string[], value: UnsValue): void {
  if (rest.length === 0) tree[name!] = value;
  else {
    tree[name!] ??= {};
    place(tree[name!] as { [name: string]: UnsValue }, rest, value);
  }
}

/**
 * Reads a session's state. To be called in a worker thread.
 * @throws InputError: no session, one of another version, a damaged one, or what openHdf5 throws
 */
export async function readSessionFile(path: string): Promise<unknown> {
  const file = await openHdf5(path);
  try {
    checkSchema(file);
    return readState(file);
  } finally {
    file.close();
  }
}

/** Whether a file is a session, of whatever version. To be called in a worker thread. */
export async function isSessionFile(path: string): Promise<boolean> {
  let file: Hdf5File;
  try {
    file = await openHdf5(path);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
  try {
    return isSession(file);
  } finally {
    file.close();
  }
}

function isSession(file: Hdf5File): boolean {
  const kind = file.get('uns')?.kind === 'group' ? file.get(`${HOME}/kind`) : undefined;
  return kind?.kind === 'dataset' && kind.type === 'string' && kind.strings()[0] === 'session';
}

function checkSchema(file: Hdf5File): void {
  const place = { file: file.file, key: HOME };
  if (!isSession(file))
    throw new InputError('This file is no session of Meander.', {
      ...place,
      expected: 'a file that `meander run` or `meander evaluate` wrote, such as results.meander.h5ad',
      found: file.get('obs') ? 'an h5ad without a session' : 'another HDF5 file',
      action: 'Name the results.meander.h5ad of a results folder.',
    });
  const schema = datasetAt(file, `${HOME}/schema`).numbers()[0] ?? 0;
  if (schema !== SCHEMA)
    throw new InputError(
      `This session was written by ${schema > SCHEMA ? 'a newer' : 'an older'} version of Meander.`,
      {
        ...place,
        expected: `version ${SCHEMA} of the session's form`,
        found: `version ${schema}`,
        action:
          schema > SCHEMA
            ? 'Update Meander.'
            : 'Repeat the fit with --config and the manifest.json beside it.',
      },
    );
}

function readState(file: Hdf5File): unknown {
  const text = textAt(file, `${HOME}/state`);
  const arrays = new Map<string, NumericArray>();
  let names: string[] = [];
  const keyOf = (path: string) => (path.startsWith('/') ? path.slice(1) : `${HOME}/${path}`);
  let state: unknown;
  try {
    state = joinTree(
      text,
      (path) => {
        const values = datasetAt(file, keyOf(path)).numbers();
        arrays.set(path, values);
        return values;
      },
      (path) => {
        names = datasetAt(file, keyOf(path)).strings();
        return names;
      },
    );
  } catch (error) {
    throw error instanceof SyntaxError ? damaged(file, error) : error;
  }
  if (contentHash(text, arrays, names) !== textAt(file, `${HOME}/sha256`)) throw damaged(file);
  return state;
}

/** Over the bits of all that is restored, so that no changed number passes for a result. */
function contentHash(text: string, arrays: Map<string, NumericArray>, names: string[]): string {
  const hash = createHash('sha256').update(text).update(JSON.stringify(names));
  for (const [name, array] of [...arrays].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name);
    hash.update(bytesOf(array));
  }
  return hash.digest('hex');
}

const bytesOf = (array: NumericArray) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const textAt = (file: Hdf5File, key: string) => datasetAt(file, key).strings()[0] ?? '';

function datasetAt(file: Hdf5File, key: string): Hdf5Dataset {
  const node = file.get(key);
  if (node?.kind !== 'dataset') throw damaged(file, undefined, key);
  return node;
}

function damaged(file: Hdf5File, cause?: unknown, key = HOME): InputError {
  return new InputError(
    'The session is damaged, or another program has changed it.',
    {
      file: file.file,
      key,
      expected: 'what Meander wrote, to the last bit',
      found: 'something else',
      action: 'Take a copy of the file, or repeat the fit with --config and the manifest.json beside it.',
    },
    cause,
  );
}
