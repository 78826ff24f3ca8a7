import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, WorkError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { openH5ad } from './h5ad-read.ts';
import { moveInto, saveSafely } from './safe-save.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meander-save-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const save = (path: string, text: string, verify: (temporary: string) => void = () => {}) =>
  saveSafely(path, { bytes: text.length, write: (temporary) => writeFileSync(temporary, text), verify });
const errorOf = async (promise: Promise<unknown>) =>
  (await promise.then(
    () => undefined,
    (error: unknown) => error,
  )) as InputError;
const partials = (where: string) => readdirSync(where).filter((name) => name.endsWith('.partial'));

/** What one save of the killed process writes: a file is whole if all of it is of one generation. */
const CELLS = 20_000;
const SAVER = `
  const { writeH5ad } = await import(${JSON.stringify(new URL('../../dist/engine/io/h5ad-write.js', import.meta.url).href)});
  const [path, first] = process.argv.slice(-2);
  const names = Array.from({ length: ${CELLS / 100} }, (_, i) => 'cell ' + i);
  for (let g = Number(first); ; g++) {
    await writeH5ad(path, { nObs: names.length, nVars: 0, obsNames: names, varNames: [],
      uns: { generation: g, a: new Float64Array(${CELLS}).fill(g), text: 'g'.repeat(1000 + g) } });
    if (g === Number(first)) process.stdout.write('saved');
  }`;

describe('a process that is killed while it saves', () => {
  it('leaves the old or the new complete file each time, and its remains go with the next save', async () => {
    const home = join(folder, 'killed');
    mkdirSync(home);
    const path = join(home, 'session.h5ad');
    const random = randomStream(30, 'kills');
    let generation = 0;
    let interrupted = 0;
    for (let kill = 0; kill < 30; kill++) {
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', SAVER, path, String(generation + 1)],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const ended = new Promise((done) => child.once('exit', done));
      await new Promise((done) => child.stdout.once('data', done));
      await new Promise((done) => setTimeout(done, 80 * random.uniform()));
      child.kill('SIGKILL');
      await ended;
      const found = await generationOf(path);
      expect(found).toBeGreaterThan(generation);
      generation = found;
      interrupted += partials(home).length;
    }
    // most kills met a save half-way, so the test can fail
    expect(interrupted).toBeGreaterThan(10);
    expect(partials(home).length).toBeLessThanOrEqual(1);
    await save(join(home, 'other'), 'x');
    expect(partials(home)).toEqual([]);
  });
});

/** The one generation that all parts of the file belong to. */
async function generationOf(path: string): Promise<number> {
  const file = await openH5ad(path);
  try {
    const value = (key: string) => {
      const element = file.element(`uns/meander_test/${key}`) ?? file.element(`uns/${key}`);
      return JSON.parse(
        JSON.stringify(element, (_, v: unknown) => (ArrayBuffer.isView(v) ? Array.from(v as never) : v)),
      );
    };
    expect(file.nObs).toBe(CELLS / 100);
    const numbers = value('a').values as number[];
    const [generation] = numbers;
    expect(numbers.length).toBe(CELLS);
    expect(numbers.every((n) => n === generation)).toBe(true);
    expect(JSON.stringify(value('generation'))).toContain(String(generation));
    expect(JSON.stringify(value('text'))).toContain(`"${'g'.repeat(1000 + generation!)}"`);
    return generation!;
  } finally {
    file.close();
  }
}

describe('what stands in the way of a save', () => {
  it('a write or a check that fails leaves what was there, and nothing else', async () => {
    const home = join(folder, 'failing');
    mkdirSync(home);
    const path = join(home, 'kept');
    await save(path, 'old');
    const error = await errorOf(
      save(path, 'new', () => {
        throw new WorkError('does not read back');
      }),
    );
    expect(error.message).toBe('does not read back');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(home)).toEqual(['kept']);
  });

  it('too little space is said before anything is written', async () => {
    const path = join(folder, 'huge');
    const error = await errorOf(saveSafely(path, { bytes: 1e18, write: () => expect.fail(), verify() {} }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.detail).toMatchObject({ file: path, action: expect.stringMatching(/space|disk/) });
    expect(existsSync(path)).toBe(false);
  });

  it('a file that is protected, a folder of that name, a folder that is not there', async () => {
    const path = join(folder, 'protected');
    writeFileSync(path, 'old');
    chmodSync(path, 0o444);
    // the superuser may write anywhere
    if (process.getuid?.() !== 0)
      expect((await errorOf(save(path, 'new'))).detail).toMatchObject({ file: path, found: 'no permission' });
    expect((await errorOf(save(folder, 'new'))).detail).toMatchObject({ file: folder, found: 'a folder' });
    const nowhere = join(folder, 'no', 'such', 'file');
    expect((await errorOf(save(nowhere, 'new'))).detail).toMatchObject({ found: 'no such folder' });
  });

  it('a link keeps pointing at the file, which is replaced', async () => {
    const home = join(folder, 'linked');
    mkdirSync(home);
    await save(join(home, 'real'), 'old');
    symlinkSync('real', join(home, 'link'));
    await save(join(home, 'link'), 'new');
    expect(readFileSync(join(home, 'real'), 'utf8')).toBe('new');
    expect(execFileSync('readlink', [join(home, 'link')], { encoding: 'utf8' }).trim()).toBe('real');
  });

  it('a file that another program holds open (Windows): waits, then says so', async () => {
    const target = join(folder, 'held');
    writeFileSync(target, 'old');
    const held = Object.assign(new Error('held'), { code: 'EPERM' });
    let calls = 0;
    await moveInto(target, 'from', target, () => {
      if (calls++ < 2) throw held;
    });
    expect(calls).toBe(3);
    const error = await errorOf(
      moveInto('as named', 'from', target, () => {
        throw held;
      }),
    );
    expect(error.detail).toMatchObject({ file: 'as named', action: expect.stringMatching(/[Cc]lose it/) });
  });
});

/** A folder on a disk of its own, of which only the superuser is given one. */
function mounted(name: string, options: string): string | undefined {
  const home = join(folder, name);
  mkdirSync(home);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', home]).status === 0 ? home : undefined;
}

describe('a disk of its own', () => {
  const full = mountedLater('full', 'size=1m');
  const readOnly = mountedLater('read-only', 'ro,size=64k');

  it('that fills up at any point of a save: an error, the old file whole, nothing left over', async (context) => {
    const home = full();
    if (!home) return context.skip('no disk could be mounted here');
    const path = join(home, 'results.h5ad');
    // the check for space keeps a megabyte free, which this disk is smaller than: go round it
    const script = `
      const statfs = process.getBuiltinModule('fs').statfsSync;
      process.getBuiltinModule('fs').statfsSync = () => ({ blocks: 0 });
      process.getBuiltinModule('module').syncBuiltinESMExports();
      const { writeH5ad } = await import(${JSON.stringify(new URL('../../dist/engine/io/h5ad-write.js', import.meta.url).href)});
      const { describeError } = await import(${JSON.stringify(new URL('../../dist/engine/errors.js', import.meta.url).href)});
      try {
        await writeH5ad(${JSON.stringify(path)}, { nObs: 2, nVars: 0, obsNames: ['a', 'b'], varNames: [],
          uns: { values: new Float64Array(40_000).fill(Number(process.argv.at(-1))), text: 'x'.repeat(3000) } });
        process.stdout.write('saved');
      } catch (error) { process.stdout.write(describeError(error)); }
      process.reallyExit(0);`;
    const run = (value: number) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script, String(value)], { encoding: 'utf8' });
    expect(run(1).stdout).toBe('saved');
    const before = readFileSync(path);
    const kilobytes = 1024 - Math.ceil(before.length / 1024);
    // from none to nearly all of what a save takes
    for (const free of [0, 4, 16, 100, 250, 316]) {
      const filler = join(home, 'filler');
      writeFileSync(filler, Buffer.alloc(1024 * (kilobytes - 8 - free)));
      const { stdout, stderr } = run(2);
      expect(stderr).toBe('');
      expect(stdout, `${free} KB free`).toMatch(/cannot be written[\s\S]*full disk/);
      expect(readFileSync(path).equals(before)).toBe(true);
      rmSync(filler);
      expect(readdirSync(home)).toEqual(['results.h5ad']);
    }
    expect(run(2).stdout).toBe('saved');
  });

  it('that is read-only: an error that says so', async (context) => {
    const home = readOnly();
    if (!home) return context.skip('no disk could be mounted here');
    const path = join(home, 'results.h5ad');
    expect((await errorOf(save(path, 'x'))).detail).toMatchObject({ file: path, found: 'a read-only disk' });
  });
});

function mountedLater(name: string, options: string): () => string | undefined {
  let home: string | undefined;
  beforeAll(() => {
    home = mounted(name, options);
  });
  afterAll(() => {
    if (home) spawnSync('umount', [home]);
  });
  return () => home;
}
