import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.ts';

const MOST = 10;
const schema = z.object({ paths: z.array(z.string()).max(100) });

export interface RecentFiles {
  /** paths, the newest first; only what still exists */
  list(): string[];
  add(path: string): void;
  clear(): void;
}

/** Remembers what was opened, in a file of the application's own folder. */
export function createRecentFiles(file: string): RecentFiles {
  const list = () => (readJson(file, schema)?.paths ?? []).filter((path) => existsSync(path)).slice(0, MOST);
  return {
    list,
    add(given) {
      const path = resolve(given);
      const paths = [path, ...list().filter((other) => other !== path)].slice(0, MOST);
      writeJson(file, { paths });
    },
    clear: () => writeJson(file, { paths: [] }),
  };
}
