import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { protocol } from 'electron';
import { ORIGIN, SCHEME } from './origin.ts';
import { contentType, PLAIN_TEXT, pageHeaders, pathInside } from './page-files.ts';

/** To be called before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers `app://meander/…` with the files of a folder. */
export function serveFolder(folder: string): void {
  protocol.handle(SCHEME, (request) => answer(folder, request));
}

async function answer(folder: string, { method, url }: Request): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') return refusal(405);
  const { host, pathname } = new URL(url);
  if (host !== new URL(ORIGIN).host) return refusal(403);
  const inside = pathInside(pathname);
  if (inside === undefined) return refusal(403);
  try {
    // a link inside the folder must not lead out of it either
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, inside))]);
    if (leavesFolder(root, path)) return refusal(403);
    const body = method === 'HEAD' ? null : await readFile(path);
    return new Response(body, { headers: pageHeaders(contentType(path)) });
  } catch {
    return refusal(404);
  }
}

function leavesFolder(root: string, path: string): boolean {
  const way = relative(root, path);
  return way.startsWith('..') || isAbsolute(way);
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: pageHeaders(PLAIN_TEXT) });
}
