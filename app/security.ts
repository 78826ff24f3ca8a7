import { type IpcMainInvokeEvent, ipcMain, type Session, shell, type WebContents } from 'electron';
import type { z } from 'zod';
import { type ErrorMessage, errorToMessage, InputError, WorkError } from '../engine/errors.ts';
import { ORIGIN, START_PAGE } from './origin.ts';

/** What a page may load or download; everything else stays unasked. */
const OWN_URLS = [`${ORIGIN}/`, `blob:${ORIGIN}/`, 'data:', 'devtools:'];
const isOwnUrl = (url: string) => OWN_URLS.some((start) => url.startsWith(start));

/** Denies what the interface never needs: permissions, devices, other origins, downloads from elsewhere. */
export function secureSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !isOwnUrl(url) }));
  session.on('will-download', (event, item) => {
    if (!isOwnUrl(item.getURL())) event.preventDefault();
  });
}

/** Keeps every page, also one that nobody foresaw, where it is: no other address, no new window, no webview. */
export function secureContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void; url: string }) => {
    if (event.url !== START_PAGE) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

const trusted = new WeakSet<WebContents>();

/** Only pages that are named here are answered. */
export function trust(contents: WebContents): void {
  trusted.add(contents);
}

/** What the preload gets: errors as data, since Electron keeps only their text. */
export type Answer<T> = { value: T } | { error: ErrorMessage };

/**
 * Answers calls of the interface: only from the main frame of our window and of our origin, only with arguments
 * that fit. Errors for the user reach it whole, without stacks.
 * @param schema of the arguments, a tuple
 */
export function handle<A extends z.ZodType, R>(
  channel: string,
  schema: A,
  answer: (args: z.infer<A>, event: IpcMainInvokeEvent) => R | Promise<R>,
): void {
  ipcMain.handle(channel, async (event, ...args: unknown[]): Promise<Answer<R>> => {
    if (!isOwnFrame(event)) throw new Error('Refused: not the window of Meander.');
    try {
      const parsed = schema.safeParse(args);
      if (!parsed.success) throw new WorkError(`Refused: ${channel} does not take such arguments.`);
      return { value: await answer(parsed.data, event) };
    } catch (error) {
      const { stack: _, ...message } = errorToMessage(error);
      return { error: message };
    }
  });
}

function isOwnFrame({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return (
    trusted.has(sender) &&
    senderFrame !== null &&
    senderFrame === sender.mainFrame &&
    senderFrame.origin === ORIGIN
  );
}

/** Opens a page of the web in the user's browser. */
export async function openExternal(text: string): Promise<void> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new InputError('This link is not opened.', {
      expected: 'an address that begins with https://',
      found: text,
    });
  }
  await shell.openExternal(url.href);
}
