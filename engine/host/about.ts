import { createRequire } from 'node:module';
import { loadOnnxGemm, WIDE } from '../compute/gemm.ts';
import { loadKernels } from '../compute/wasm.ts';
import { versions } from '../export/manifest.ts';
import { GPU_WIDTH } from '../train/backend-rule.ts';
import {
  type FoundTensorflow,
  findTensorflow,
  loadTensorflow,
  TENSORFLOW_PACKAGES,
} from '../train/tensorflow/load.ts';
import type { AboutLine } from './protocol.ts';

/**
 * What this engine is made of: what is installed, which device it has, what runs by default and why. Libraries are loaded to see
 * whether they load: workers only.
 */
export async function aboutEngine(): Promise<AboutLine[]> {
  const { meander, node, v8 } = versions();
  const { electron, chrome } = process.versions;
  return [
    { name: 'Meander', version: meander!, state: 'ready', note: `on ${process.platform}-${process.arch}` },
    ...(electron
      ? [{ name: 'Electron', version: electron, state: 'ready' as const, note: `Chromium ${chrome}` }]
      : []),
    { name: 'Node.js', version: node!, state: 'ready', note: `V8 ${v8}` },
    await kernelsLine(meander!),
    onnxruntimeLine(),
    ...tensorflowLines(),
    packageLine('h5wasm', 'reads and writes HDF5 and h5ad'),
    packageLine('h5wasm-plugins', 'blosc, blosc2, bitshuffle, bz2, lz4, lzf, zfp, zstd'),
  ];
}

async function kernelsLine(version: string): Promise<AboutLine> {
  const line = { name: 'kernels', version };
  try {
    await loadKernels({ megabytes: 1 });
    return {
      ...line,
      state: 'default',
      note: 'WebAssembly SIMD on the processor; trains unless --backend says otherwise, being the fastest on processors for small networks',
    };
  } catch (error) {
    return { ...line, state: 'broken', note: firstLine(error) };
  }
}

function onnxruntimeLine(): AboutLine {
  const name = 'onnxruntime-node';
  const version = versionOf(name);
  if (version === null)
    return {
      name,
      version: '',
      state: 'missing',
      note: `optional; without it networks from ${WIDE} hidden units on are slower`,
    };
  return loadOnnxGemm() === null
    ? { name, version, state: 'broken', note: 'no binary for this computer, or another version than 1.30' }
    : {
        name,
        version,
        state: 'default',
        note: `processor; matrix products of networks from ${WIDE} hidden units on (--wide-backend)`,
      };
}

function tensorflowLines(): AboutLine[] {
  const found = findTensorflow();
  return TENSORFLOW_PACKAGES.toReversed().map((name): AboutLine => {
    const own = found.find((each) => each.name === name);
    if (own) return tensorflowLine(own);
    const note = name.endsWith('-gpu')
      ? 'optional; for NVIDIA graphics processors'
      : 'optional, for --backend tensorflow: npm install --no-save @tensorflow/tfjs-node@4.22.0';
    return { name, version: '', state: 'missing', note };
  });
}

function tensorflowLine(found: FoundTensorflow): AboutLine {
  const { name, version } = found;
  try {
    const { device } = loadTensorflow(found);
    return device === 'gpu'
      ? {
          name,
          version,
          state: 'default',
          note: `graphics processor; trains networks from ${GPU_WIDTH} hidden units on, all with --backend tensorflow`,
        }
      : { name, version, state: 'ready', note: 'processor; trains with --backend tensorflow only' };
  } catch (error) {
    const { detail } = error as { detail?: { found?: string } };
    return { name, version, state: 'broken', note: detail?.found ?? firstLine(error) };
  }
}

function packageLine(name: string, note: string): AboutLine {
  const version = versionOf(name);
  return { name, version: version ?? '', state: version === null ? 'missing' : 'ready', note };
}

function versionOf(name: string): string | null {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch {
      // the next folder
    }
  }
  return null;
}

const firstLine = (error: unknown) => String((error as Error).message ?? error).split('\n')[0]!;
