import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseExperiment } from '../config.ts';
import { InputError } from '../errors.ts';
import { type RunRecord, SELF, SESSION, writeRecord } from './run-record.ts';
import { createRunStore } from './run-store.ts';

const home = mkdtempSync(join(tmpdir(), 'meander-store-'));
afterAll(() => rmSync(home, { recursive: true }));

const experiment = parseExperiment({ time: 'day', methods: ['ot-cfm'], seeds: 1 });
const source = { name: 'course.h5ad', files: [{ bytes: 10, probe: 'abc' }] };
const { files } = source;
const summary = { heldOut: ['1'], means: [], verdict: 'Good.' };
const save = async (path: string) => {
  writeFileSync(path, 'a session');
  return summary;
};
/** a process that is no more */
const dead = spawnSync(process.execPath, ['-e', '']).pid;
let kept: string;
let count = 0;
beforeEach(() => {
  kept = join(home, `runs ${count++}`);
});

const full = () => new InputError('The file cannot be written.', { found: 'a full disk' });

async function put(run: string, changes: Partial<RunRecord>): Promise<string> {
  const folder = join(kept, run);
  mkdirSync(folder, { recursive: true });
  await writeRecord(folder, {
    schema: 1,
    run,
    name: run,
    state: 'running',
    created: '2026-01-01T00:00:00.000Z',
    seconds: 0,
    experiment,
    heldOut: [],
    means: [],
    verdict: null,
    source,
    owner: SELF,
    deletedBy: null,
    ...changes,
  });
  return folder;
}

describe('runs of applications that are no more', () => {
  it('were interrupted; those of one that is at work go on', async () => {
    await put('crashed', { owner: { ...SELF, pid: dead, token: 'another' } });
    await put('same number', { owner: { ...SELF, token: 'before' } });
    await put('at work', { owner: { ...SELF, pid: process.ppid, token: 'another' } });
    const silent = await put('silent', { owner: { ...SELF, pid: process.ppid, token: 'another' } });
    utimesSync(join(silent, 'run.json'), 0, 0);
    const store = createRunStore(kept);
    expect(store.list(files).map(({ run, state }) => [run, state])).toEqual(
      expect.arrayContaining([
        ['crashed', 'interrupted'],
        ['same number', 'interrupted'],
        ['silent', 'interrupted'],
      ]),
    );
    expect(store.list(files)).toHaveLength(3);
  });

  it.skipIf(process.platform !== 'linux')(
    'were interrupted too where nobody asked how they ended',
    async () => {
      // the shell becomes another program, which does not know of the child that ends under it
      const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      try {
        const [line] = await once(parent.stdout, 'data');
        const pid = Number(String(line));
        await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), 10_000);
        await put('ended', { owner: { ...SELF, pid, token: 'another' } });
        expect(createRunStore(kept).list(files)).toMatchObject([{ run: 'ended', state: 'interrupted' }]);
      } finally {
        parent.kill();
      }
    },
  );

  it('and lay in their bin are removed; in the bin of one that lives they stay', async () => {
    await put('gone', { deletedBy: { ...SELF, pid: dead, token: 'another' } });
    await put('binned', { deletedBy: { ...SELF, pid: process.ppid, token: 'another' } });
    expect(createRunStore(kept).list(files)).toEqual([]);
    expect(readdirSync(kept)).toEqual(['binned']);
  });
});

describe('a run', () => {
  it('is kept as it was; what came out of it is not held in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const store = createRunStore(kept);
    const results = await (async () => {
      const large = { points: new Float32Array(1e6) };
      const begun = await store.begin(source, experiment);
      expect(store.list(files)).toEqual([]);
      await begun.keep(3, async (path) => {
        expect(large.points.length).toBe(1e6);
        return save(path);
      });
      return new WeakRef(large);
    })();
    await new Promise((done) => setTimeout(done, 0));
    collect();
    expect(results.deref()).toBeUndefined();
    const [info] = createRunStore(kept).list(files);
    expect(info).toMatchObject({ name: 'Run 1', seconds: 3, state: 'done', experiment, ...summary });
    expect(createRunStore(kept).list([{ bytes: 10, probe: 'other' }])).toEqual([]);
    rmSync(join(kept, info!.run, SESSION));
    expect(createRunStore(kept).list(files)[0]).toMatchObject({ state: 'interrupted', verdict: null });
  });

  it('that cannot be written anywhere is in memory until it can', async () => {
    const store = createRunStore(kept);
    const begun = await store.begin(source, experiment);
    let isFull = true;
    const info = await begun.keep(3, async (path) => {
      if (isFull) throw full();
      return save(path);
    });
    const { run } = info;
    expect(info).toMatchObject({ state: 'done', notKept: expect.stringMatching(/a full disk.*in memory/) });
    await expect(store.sessionOf(run, files)).rejects.toThrow(/cannot be written/);
    expect(store.list(files)).toEqual([info]);
    isFull = false;
    const { path, info: saved } = await store.sessionOf(run, files);
    expect(readFileSync(path, 'utf8')).toBe('a session');
    expect(saved).toMatchObject({ state: 'done', ...summary });
    expect(saved.notKept).toBeUndefined();
    expect(createRunStore(kept).list(files)).toEqual([saved]);
  });

  it('that cannot be written where runs are kept is in another place until the end', async () => {
    const store = createRunStore(kept);
    const begun = await store.begin(source, experiment);
    const info = await begun.keep(3, async (path) => {
      if (path.startsWith(kept)) throw full();
      return save(path);
    });
    expect(info).toMatchObject({ ...summary, notKept: expect.stringMatching(/a full disk.*export/) });
    const { path } = await store.sessionOf(info.run, files);
    expect(existsSync(path)).toBe(true);
    expect(await store.rename(info.run, files, 'mine')).toEqual({ ...info, name: 'mine' });
    store.close();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(kept)).toEqual([]);
  });

  it('of a place or a file of another is none', async () => {
    await put('mine', { state: 'done' });
    mkdirSync(join(kept, 'damaged'));
    writeFileSync(join(kept, 'damaged', 'run.json'), '{"schema": 1, "run"');
    const store = createRunStore(kept);
    expect(store.list(files).map(({ run }) => run)).toEqual(['mine']);
    for (const run of ['../mine', 'damaged', 'nothing', join(kept, 'mine')])
      await expect(store.sessionOf(run, files)).rejects.toBeInstanceOf(InputError);
    await expect(store.rename('mine', [], 'x')).rejects.toBeInstanceOf(InputError);
  });

  it('is whole whichever of two applications changes it last', async () => {
    await put('mine', { state: 'done' });
    const stores = [createRunStore(kept), createRunStore(kept)];
    const names = Array.from({ length: 12 }, (_, i) => `name ${i}`);
    await Promise.all(names.map((name, i) => stores[i % 2]!.rename('mine', files, name)));
    expect(names).toContain(stores[0]!.list(files)[0]!.name);
    expect(readdirSync(join(kept, 'mine'))).toEqual(['run.json']);
  });
});
