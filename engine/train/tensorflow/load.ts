import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { InputError } from '../../errors.ts';
import type { Tf } from './core.ts';

/** Packages that carry TensorFlow for Node; the first that is found is taken. */
export const TENSORFLOW_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
export type TensorflowPackage = (typeof TENSORFLOW_PACKAGES)[number];

/** Names a folder in which one of them is installed, or the package itself: it is looked at first. */
const FOLDER_VARIABLE = 'MEANDER_TFJS_NODE';

/** The version that was tested. */
const VERSION = '4.22.0';

/** A package that is there, not loaded. */
export interface FoundTensorflow {
  name: TensorflowPackage;
  version: string;
  /** what `require` loads */
  entry: string;
}

/** TensorFlow, loaded. */
export interface LoadedTensorflow extends FoundTensorflow {
  tf: Tf;
  device: 'cpu' | 'gpu';
}

/** What is installed, in the order in which it is taken; nothing is loaded. */
export function findTensorflow(): FoundTensorflow[] {
  const folder = process.env[FOLDER_VARIABLE];
  const bases = [...(folder ? [resolve(folder)] : []), import.meta.url];
  const found = bases.flatMap((base) => TENSORFLOW_PACKAGES.flatMap((name) => packageAt(base, name) ?? []));
  return found.filter(({ entry }, i) => found.findIndex((other) => other.entry === entry) === i);
}

let loaded: LoadedTensorflow | undefined;

/**
 * TensorFlow by the first package that is found. It takes a second or so and the memory of its library: workers only.
 * @param wanted default: whichever is found
 * @throws InputError: it is not installed, or cannot be loaded
 */
export function loadTensorflow(wanted: FoundTensorflow | undefined = findTensorflow()[0]): LoadedTensorflow {
  if (loaded && (!wanted || loaded.entry === wanted.entry)) return loaded;
  if (!wanted) throw notInstalled();
  addRemovedParts();
  const require = createRequire(import.meta.url);
  try {
    const tf = require(wanted.entry) as Tf;
    const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
    loaded = { ...wanted, tf, device: isUsingGpuDevice ? 'gpu' : 'cpu' };
    return loaded;
  } catch (cause) {
    throw notLoadable(wanted, cause as Error);
  }
}

/** Who works out the steps, for manifest and reader. */
export function tensorflowName({ name, version, device }: LoadedTensorflow): string {
  return `tensorflow (${name.replace('@tensorflow/', '')} ${version}, ${device})`;
}

/**
 * To be called before anything is read or fitted, in the main thread: its environment is what the library reads.
 * @throws InputError where TensorFlow is asked for and not installed
 */
export function checkBackend(backend: string): void {
  if (backend !== 'tensorflow') return;
  if (findTensorflow().length === 0) throw notInstalled();
  // what the library tells of processor instructions is no concern of who fits
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

function packageAt(base: string, name: TensorflowPackage): FoundTensorflow | undefined {
  if (base.startsWith('file:')) return readPackage(createRequire(base), `${name}/package.json`, name);
  const own = createRequire(join(base, 'package.json'));
  return readPackage(own, join(base, 'package.json'), name) ?? readPackage(own, `${name}/package.json`, name);
}

function readPackage(
  require: NodeJS.Require,
  path: string,
  expected: TensorflowPackage,
): FoundTensorflow | undefined {
  try {
    const manifest = require.resolve(path);
    const { name, version, main } = require(manifest) as { name: string; version: string; main: string };
    const entry = resolve(manifest, '..', main);
    return name === expected && existsSync(entry) ? { name: expected, version, entry } : undefined;
  } catch {
    return undefined;
  }
}

// tfjs-node 4.22 still calls what Node 23 has removed
function addRemovedParts(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

const HOW_TO_GET = `npm install --no-save @tensorflow/tfjs-node@${VERSION} where Meander is installed, or anywhere else with ${FOLDER_VARIABLE} set to that folder; or --backend kernels, which needs nothing`;

function notInstalled(): InputError {
  const folder = process.env[FOLDER_VARIABLE];
  return new InputError('TensorFlow is not installed.', {
    option: '--backend',
    expected: `the package ${TENSORFLOW_PACKAGES.toReversed().join(' or ')}`,
    found: folder ? `neither in ${FOLDER_VARIABLE}, ${folder}, nor beside Meander` : 'neither',
    action: HOW_TO_GET,
  });
}

function notLoadable({ name, version }: FoundTensorflow, cause: Error): InputError {
  return new InputError(
    'TensorFlow is installed but cannot be loaded.',
    {
      option: '--backend',
      expected: `${name} with its library for this computer`,
      found: `${name} ${version}: ${cause.message.split('\n')[0]!.trim()}`,
      action: `npm rebuild ${name} --build-addon-from-source (its install script may have failed to download the library), or install it anew: ${HOW_TO_GET}`,
    },
    cause,
  );
}
