import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorDetail, InputError } from '../errors.ts';
import { openH5ad } from './h5ad-read.ts';
import { openHdf5 } from './hdf5.ts';
import { saveHdf5 } from './hdf5-write.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/io/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meander-hdf5-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function rejection(promise: Promise<unknown>): Promise<{ message: string; detail: ErrorDetail }> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message, detail } = error as InputError;
  expect(detail.action).toBeTruthy();
  return { message, detail };
}

describe('a file that cannot be opened', () => {
  const good = readFileSync(`${FIXTURES}modern.h5ad`);

  it('is missing', async () => {
    const path = join(folder, 'nowhere.h5ad');
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('There is no such file.');
    expect(detail.file).toBe(path);
  });

  it('lies below what is no folder', async () => {
    const path = join(fileOf('file', 'x'), 'inside.h5ad');
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('The file cannot be opened.');
    expect(detail).toMatchObject({ file: path, found: 'a part of the path is not a folder' });
  });

  it('is a folder', async () => {
    const { message, detail } = await rejection(openHdf5(folder));
    expect(message).toBe('This is not a file.');
    expect(detail).toMatchObject({ file: folder, found: 'a folder' });
  });

  it('is empty', async () => {
    const path = fileOf('empty.h5ad', '');
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('The file is empty.');
    expect(detail).toMatchObject({ file: path, found: '0 bytes' });
  });

  it.each([
    ['text', 'day,x\n2,1.0\n'.repeat(100)],
    ['shorter than the signature', '\x89HD'],
  ])('is not HDF5: %s', async (_, text) => {
    const path = fileOf('text.h5ad', text);
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('This is not an HDF5 file.');
    expect(detail.file).toBe(path);
  });

  it.each([0.1, 0.5, 0.99])('is cut short at %f of its length', async (share) => {
    const path = fileOf('cut.h5ad', good.subarray(0, Math.floor(good.length * share)));
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('The file is cut short: its end is missing.');
    expect(detail.file).toBe(path);
    expect(detail.found).toMatch(/truncated file/);
  });

  it('has a damaged beginning', async () => {
    const bytes = Uint8Array.from(good);
    bytes.fill(0xff, 8, 64);
    const path = fileOf('damaged.h5ad', bytes);
    const { message, detail } = await rejection(openHdf5(path));
    expect(message).toBe('The HDF5 file is damaged and cannot be opened.');
    expect(detail.file).toBe(path);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'may not be read by this user',
    async () => {
      const path = fileOf('secret.h5ad', good);
      chmodSync(path, 0o000);
      const { message, detail } = await rejection(openHdf5(path));
      expect(message).toBe('The file cannot be opened.');
      expect(detail).toMatchObject({ file: path, found: 'no permission' });
    },
  );

  it('holds no AnnData', async () => {
    const path = join(folder, 'other.h5');
    await saveHdf5(path, (writer) => writer.dataset('matrix', Float64Array.of(1, 2)));
    const { message, detail } = await rejection(openH5ad(path));
    expect(message).toBe('This HDF5 file holds no AnnData.');
    expect(detail).toMatchObject({ file: path, key: 'obs', found: 'only: matrix' });
  });
});

describe('damage inside', () => {
  it('of compressed data is an error with the key, never data', async () => {
    const bytes = readFileSync(`${FIXTURES}odd.h5ad`);
    const file = await openH5ad(`${FIXTURES}odd.h5ad`);
    const stored = Buffer.from(file.readObsm('gzip').values.buffer);
    file.close();
    // zlib's header; of all streams in the file the one that is obsm/gzip is found by damaging each in turn
    const starts: number[] = [];
    for (
      let at = bytes.indexOf('\x78\x5e', 0, 'latin1');
      at >= 0;
      at = bytes.indexOf('\x78\x5e', at + 1, 'latin1')
    )
      starts.push(at);
    for (
      let at = bytes.indexOf('\x78\x9c', 0, 'latin1');
      at >= 0;
      at = bytes.indexOf('\x78\x9c', at + 1, 'latin1')
    )
      starts.push(at);
    expect(starts.length).toBeGreaterThan(0);
    let failed = 0;
    for (const start of starts) {
      const damaged = Uint8Array.from(bytes);
      damaged.fill(0xff, start, start + 40);
      const path = fileOf('chunk.h5ad', damaged);
      const opened = await openH5ad(path);
      try {
        expect(Buffer.from(opened.readObsm('gzip').values.buffer).equals(stored)).toBe(true);
      } catch (error) {
        failed++;
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).message).toMatch(/cannot be read/);
        expect((error as InputError).detail).toMatchObject({ file: path, key: 'obsm/gzip' });
      } finally {
        opened.close();
      }
    }
    expect(failed).toBeGreaterThan(0);
  });

  it('anywhere gives an InputError or nothing, never another error', async () => {
    const bytes = readFileSync(`${FIXTURES}legacy-0.7.h5ad`);
    const path = join(folder, 'noise.h5ad');
    copyFileSync(`${FIXTURES}legacy-0.7.h5ad`, path);
    for (let start = 0; start < bytes.length; start += 97) {
      const damaged = Uint8Array.from(bytes);
      damaged.fill(0xff, start, start + 8);
      writeFileSync(path, damaged);
      try {
        const file = await openH5ad(path);
        try {
          for (const { name } of file.obsColumns()) file.readObs(name);
          for (const { name } of file.obsm()) file.readObsm(name);
          file.obsNames();
        } finally {
          file.close();
        }
      } catch (error) {
        expect(error, `bytes ${start} to ${start + 8}`).toBeInstanceOf(InputError);
        expect((error as InputError).detail.file).toBe(path);
      }
    }
  });
});

describe('large reads', () => {
  it('come in slabs with the same values', async () => {
    const path = join(folder, 'large.h5');
    // a little more than one slab of 64 MiB
    const values = Float64Array.from({ length: 2 * 4_200_001 }, (_, i) => i);
    await saveHdf5(path, (writer) => writer.dataset('x', values, {}, [4_200_001, 2]));
    const file = await openHdf5(path);
    const node = file.get('x');
    if (node?.kind !== 'dataset') throw new Error('no dataset');
    const second = node.numbers([
      [0, 4_200_001],
      [1, 2],
    ]);
    const whole = node.numbers();
    file.close();
    expect(whole.length).toBe(values.length);
    expect(whole.every((v, i) => v === values[i])).toBe(true);
    expect(second.length).toBe(4_200_001);
    expect(second.every((v, i) => v === values[2 * i + 1])).toBe(true);
  });
});
