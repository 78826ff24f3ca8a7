import { randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { plainName } from '../plain-name.ts';
import { placeUnknown } from '../target-table.ts';

const MOST_FILES = 50;
/** What was written and not fetched by then is nobody's: the page asks at once. */
const ABANDONED_MS = 10 * 60_000;

/** Files that the engine writes for a browser, which downloads each once. */
export interface Downloads {
  /** a place for one file; its handle is for the page, which also downloads by it */
  issue(suggestedName: string): Promise<{ target: string; name: string }>;
  /** the place itself, once; @throws InputError: a handle that was never issued, or was used */
  targetOf(handle: string): Promise<string>;
  /** what was written, once: it is removed when the stream is closed; undefined: there is nothing */
  take(handle: string): Promise<{ name: string; bytes: number; content: ReadStream } | undefined>;
  /** removes all */
  close(): Promise<void>;
}

interface Place {
  path: string;
  name: string;
  state: 'issued' | 'given';
}

/** In a folder of its own, which no other user of the computer can read. */
export function createDownloads(): Downloads {
  let folder: Promise<string> | undefined;
  const places = new Map<string, Place>();

  async function remove(handle: string): Promise<void> {
    const place = places.get(handle);
    places.delete(handle);
    if (place) await rm(dirname(place.path), { recursive: true, force: true });
  }

  async function removeAbandoned(): Promise<void> {
    const tooMany = [...places.keys()].slice(0, -MOST_FILES);
    const written = await Promise.all(
      [...places].map(async ([handle, { path }]) => ({ handle, stats: await statsOf(path) })),
    );
    const old = written.filter(({ stats }) => stats && Date.now() - stats.mtimeMs > ABANDONED_MS);
    await Promise.all([...tooMany, ...old.map(({ handle }) => handle)].map(remove));
  }

  return {
    async issue(suggestedName) {
      folder ??= mkdtemp(join(tmpdir(), 'meander-downloads-'));
      const target = randomUUID();
      const name = plainName(suggestedName);
      const own = join(await folder, target);
      await mkdir(own);
      places.set(target, { path: join(own, name), name, state: 'issued' });
      await removeAbandoned();
      return { target, name };
    },
    async targetOf(handle) {
      const place = places.get(handle);
      if (place?.state !== 'issued') throw placeUnknown();
      place.state = 'given';
      return place.path;
    },
    async take(handle) {
      const place = places.get(handle);
      const stats = place && (await statsOf(place.path));
      // two requests at once: the first one gets it
      if (!stats || places.get(handle) !== place) return undefined;
      places.delete(handle);
      const content = createReadStream(place.path);
      content.once('close', () => void rm(dirname(place.path), { recursive: true, force: true }));
      return { name: place.name, bytes: stats.size, content };
    },
    async close() {
      places.clear();
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function statsOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}
