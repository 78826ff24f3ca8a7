import { randomUUID } from 'node:crypto';

/** Names of paths that tell nothing of them; a path keeps its own. */
export interface Handles {
  of(path: string): string;
  /** undefined: none that was ever given */
  pathOf(handle: string): string | undefined;
}

export function createHandles(): Handles {
  const handles = new Map<string, string>();
  const paths = new Map<string, string>();
  return {
    of(path) {
      const handle = handles.get(path) ?? randomUUID();
      handles.set(path, handle);
      paths.set(handle, path);
      return handle;
    },
    pathOf: (handle) => paths.get(handle),
  };
}
