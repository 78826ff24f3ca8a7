import { randomUUID } from 'node:crypto';
import { InputError } from '../engine/errors.ts';

/** Places that were chosen and never written to; more are not remembered. */
const MOST_WAITING = 100;

/** Places that the user chose to write to, by names that tell nothing of them and serve once. */
export interface TargetTable {
  issue(path: string): string;
  /** @throws InputError: a handle that was never issued, or was used */
  take(handle: string): string;
}

export function createTargetTable(): TargetTable {
  const waiting = new Map<string, string>();
  return {
    issue(path) {
      const handle = randomUUID();
      waiting.set(handle, path);
      for (const oldest of [...waiting.keys()].slice(0, -MOST_WAITING)) waiting.delete(oldest);
      return handle;
    },
    take(handle) {
      const path = waiting.get(handle);
      waiting.delete(handle);
      if (path === undefined) throw placeUnknown();
      return path;
    },
  };
}

export const placeUnknown = () =>
  new InputError('This place to write to is not known, or was written to already.', {
    action: 'Export again, and choose a place.',
  });
