import { readFile, realpath } from 'node:fs/promises';
import { extname, isAbsolute, join, relative } from 'node:path';
import { protocol } from 'electron';
import { CONTENT_SECURITY_POLICY } from './security.ts';

const SCHEME = 'app';
/** What the pages of the interface come from, and nothing else does. */
export const ORIGIN = `${SCHEME}://meander`;
export const START_PAGE = `${ORIGIN}/index.html`;

const MIME_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

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
    const type = MIME_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
    return new Response(method === 'HEAD' ? null : await readFile(path), { headers: headers(type) });
  } catch {
    return refusal(404);
  }
}

/** The path below the folder that a URL means; undefined: it leads out of it. */
function pathInside(pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const steps = decoded.split('/');
  const suspicious = steps.some((step) => step === '..' || step === '.' || /[\\:\0]/.test(step));
  return suspicious ? undefined : decoded === '/' ? 'index.html' : decoded.slice(1);
}

function leavesFolder(root: string, path: string): boolean {
  const way = relative(root, path);
  return way.startsWith('..') || isAbsolute(way);
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain; charset=utf-8') });
}

function headers(type: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}
