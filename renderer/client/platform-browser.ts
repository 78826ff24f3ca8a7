import { z } from 'zod';
import { InputError, WorkError } from '../../engine/errors.ts';
import type { FileInfo } from '../../engine/host/protocol.ts';
import type { Platform } from './engine-client.ts';

export interface BrowserPlatformOptions {
  /** shows the files to the user; empty: they changed their mind */
  choose(files: FileInfo[]): Promise<FileInfo[]>;
}

const targetSchema = z.object({ target: z.string(), name: z.string() });
const filesSchema = z.array(z.object({ handle: z.string(), name: z.string(), bytes: z.number() }));

/** A browser, whose files lie where the server runs. */
export function createBrowserPlatform({ choose }: BrowserPlatformOptions): Platform {
  let unsaved = false;
  window.addEventListener('beforeunload', (event) => {
    if (unsaved) event.preventDefault();
  });
  return {
    kind: 'browser',
    pickFiles: async () => choose(await ask('/api/files', filesSchema)),
    async droppedFiles(files) {
      throw new InputError('A file cannot be dropped here.', {
        ...(files[0] && { found: files[0].name }),
        expected: 'a file in a folder that Meander was started with',
        action:
          'Put the file there and choose Open. The page reads files where Meander runs, and copies none.',
      });
    },
    recentFiles: async () => [],
    onOpenFiles() {},
    setDocument(state) {
      document.title = state.title;
      unsaved = state.unsaved;
    },
    async saveFile(suggestedName, bytes) {
      download(suggestedName, new Blob([Uint8Array.from(bytes)]));
    },
    async saveTo(suggestedName, write) {
      const place = await ask(`/api/target?name=${encodeURIComponent(suggestedName)}`, targetSchema);
      await write(place.target);
      follow(`/api/download/${place.target}`, place.name);
      return place.name;
    },
    openExternal(url) {
      if (URL.canParse(url) && new URL(url).protocol === 'https:')
        window.open(url, '_blank', 'noopener,noreferrer');
    },
  };
}

/** What the server says; with other answers than expected it is of another version, or gone. */
async function ask<T>(address: string, schema: z.ZodType<T>): Promise<T> {
  const action = 'See whether meander serve still runs, and load the page again.';
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin', cache: 'no-store' });
  } catch (cause) {
    throw new WorkError('The server does not answer.', { action }, cause);
  }
  if (!response.ok)
    throw new WorkError('The server refuses to answer.', { found: `${response.status}`, action });
  return schema.parse(await response.json());
}

function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  follow(url, name);
  // the browser has begun by then
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function follow(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
