import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** This computer, by whatever port: a tunnel may begin at another one than it ends. */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * Who is answered: the browser that came with the one-time token, under the name of this computer and from no other site's page.
 * The name keeps out pages that let their own name point here, the origin those that send requests from elsewhere.
 */
export interface Access {
  /** of the address that is printed */
  readonly token: string;
  /** A cookie for the browser that brings the token; undefined: a wrong one, or it was used. */
  exchange(token: string, port: number): string | undefined;
  hasSession(request: IncomingMessage): boolean;
}

export function createAccess(): Access {
  const token = secret();
  let used = false;
  const sessions: string[] = [];
  return {
    token,
    exchange(given, port) {
      if (used || !same(given, token)) return undefined;
      used = true;
      const session = secret();
      sessions.push(session);
      // cookies are shared by all ports of a computer
      return `meander-${port}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
    hasSession: (request) =>
      cookiesOf(request).some((cookie) => sessions.some((session) => same(cookie, session))),
  };
}

/** Whether the request names this computer and comes from its own page, or from the address bar. */
export function isOwnRequest({ headers }: IncomingMessage): boolean {
  const { host, origin } = headers;
  return host !== undefined && LOOPBACK.test(host) && (origin === undefined || isOrigin(origin, host));
}

/**
 * Whether a page of another origin has no part in it, not even one of another port of this computer, which the cookie does not tell
 * apart: browsers say so. For what changes something, or is large.
 */
export const isOwnFetch = ({ headers }: IncomingMessage) =>
  ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'] as string | undefined);

/** A WebSocket always says where it comes from. */
export const isOwnSocket = (request: IncomingMessage) =>
  isOwnRequest(request) && request.headers.origin !== undefined;

const isOrigin = (origin: string, host: string) => origin.toLowerCase() === `http://${host.toLowerCase()}`;

const secret = () => randomBytes(32).toString('base64url');

const digest = (text: string) => createHash('sha256').update(text).digest();
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));

function cookiesOf({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [name, value] = pair.trim().split('=');
    return name?.startsWith('meander-') && value ? [value] : [];
  });
}
