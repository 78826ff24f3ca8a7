import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WorkError } from '../../engine/errors.ts';
import { contentType, PLAIN_TEXT, pageHeaders, pathInside } from '../page-files.ts';
import { type Access, isOwnFetch, isOwnRequest } from './access.ts';
import type { Downloads } from './downloads.ts';
import type { ServedFolders } from './folders.ts';

const DOWNLOAD = 'api/download/';
const NO_ACCESS =
  'This page opens with the link that meander serve printed, once and in one browser. Start meander serve again for a new link.\n';
/** The page that takes the cookie loads the interface itself: after a click elsewhere, a redirect would come without the cookie. */
const ENTRANCE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Meander</title></html>\n';

/** Answers everything but the WebSocket: the built interface, the list of files and what is exported, to who may have them. */
export async function createPages(
  interfaceFolder: string,
  access: Access,
  folders: ServedFolders,
  downloads: Downloads,
): Promise<RequestListener> {
  const pages = await pagesIn(interfaceFolder);
  return (request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Something went wrong in Meander.\n');
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname, query] = (request.url ?? '').split('?', 2) as [string, string?];
    const path = pathInside(pathname);
    if (!isOwnRequest(request))
      return refuse(response, 403, 'Only the page of Meander itself is answered.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'Nothing can be sent here.\n');
    if (path === undefined) return refuse(response, 403, 'This address leads nowhere.\n');
    const token = new URLSearchParams(query).get('token');
    if (!access.hasSession(request)) {
      const cookie =
        request.method === 'GET' && path === 'index.html' && token !== null
          ? access.exchange(token, portOf(request))
          : undefined;
      if (cookie === undefined) return refuse(response, 403, NO_ACCESS);
      response.setHeader('Set-Cookie', cookie);
    }
    // whoever has a cookie may use the link again
    if (token !== null) return say(response, 200, contentType('index.html'), ENTRANCE);
    if (path === 'api/files')
      return say(response, 200, contentType('files.json'), JSON.stringify(await folders.list()));
    if (path === 'api/target' || path.startsWith(DOWNLOAD)) {
      if (request.method !== 'GET' || !isOwnFetch(request))
        return refuse(response, 403, 'Only the page of Meander itself is answered.\n');
      const name = new URLSearchParams(query).get('name') ?? '';
      return path === 'api/target'
        ? say(response, 200, contentType('target.json'), JSON.stringify(await downloads.issue(name)))
        : sendDownload(response, path.slice(DOWNLOAD.length));
    }
    const page = pages.get(path);
    if (page === undefined) return refuse(response, 404, 'There is no such page.\n');
    // names of assets change with their content
    if (path.startsWith('assets/'))
      response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
    say(response, 200, contentType(path), await readFile(page));
  }

  async function sendDownload(response: ServerResponse, handle: string): Promise<void> {
    const file = await downloads.take(handle);
    if (!file)
      return refuse(
        response,
        404,
        'This was downloaded already, or is not there any more: export it again.\n',
      );
    response.setHeader('Content-Disposition', attachment(file.name));
    response.writeHead(200, headersOf(response, 'application/octet-stream', file.bytes));
    // whoever stops in the middle exports again
    await pipeline(file.content, response);
  }
}

/** As RFC 6266 has it: the name in plain letters for who knows no others, and whole. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w .()+-]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

/** The port that the browser knows: at the other end of a tunnel it may be another one than ours. */
function portOf({ headers, socket }: IncomingMessage): number {
  const port = /:(\d+)$/.exec(headers.host ?? '')?.[1];
  return port === undefined ? (socket.localPort ?? 0) : Number(port);
}

/** The files of the interface by their addresses: whatever is asked for is one of these. */
async function pagesIn(folder: string): Promise<Map<string, string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const pages = new Map(files.map((file) => [relative(folder, file).replaceAll(sep, '/'), file]));
    if (pages.has('index.html')) return pages;
  } catch {
    // told below
  }
  throw new WorkError('The interface is not there.', {
    file: folder,
    action: 'Build it with npm run build.',
  });
}

function say(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  // a HEAD request gets no body: node leaves it out
  response.writeHead(status, headersOf(response, type, Buffer.byteLength(body))).end(body);
}

function headersOf(response: ServerResponse, type: string, bytes: number): OutgoingHttpHeaders {
  return {
    'Cache-Control': 'no-store',
    ...response.getHeaders(),
    ...pageHeaders(type),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Length': bytes,
  };
}

const refuse = (response: ServerResponse, status: number, text: string) =>
  say(response, status, PLAIN_TEXT, text);
