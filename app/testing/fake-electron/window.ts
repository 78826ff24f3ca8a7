import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { chromium, type Frame, type Page, type Route } from 'playwright-core';
import { app } from './app.ts';
import { decode, encode } from './codec.ts';
import { ipcMain } from './ipc.ts';
import { runPreload } from './page.ts';
import { checkTransfer, cloned, type Port } from './ports.ts';
import { defaultSession, schemes } from './services.ts';
import { addWindow, openWindows } from './state.ts';

/** Chromium knows no scheme of ours: app://meander/x is https://meander.app.fake/x to the page. */
function toPage(url: string): string {
  const [, scheme = '', host, rest = ''] = /^([a-z]+):\/\/([^/]*)(.*)$/.exec(url) ?? [];
  return schemes.has(scheme) ? `https://${host}.${scheme}.fake${rest}` : url;
}
const fromPage = (url: string) => url.replace(/https:\/\/([^/.]*)\.([a-z]+)\.fake/, '$2://$1');

/** A frame as the main process sees it. */
interface FrameMain {
  readonly url: string;
  readonly origin: string;
}
function frameMain(url: () => string): FrameMain {
  return {
    get url() {
      return fromPage(url());
    },
    get origin() {
      return /^[a-z]+:\/\/[^/]*/.exec(this.url)?.[0] ?? 'null';
    },
  };
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

class WebContents extends EventEmitter {
  readonly mainFrame: FrameMain;
  readonly #window: BrowserWindow;
  readonly #ports = new Map<number, Port>();
  #portCount = 0;
  openHandler: OpenHandler = () => ({ action: 'allow' });

  constructor(window: BrowserWindow) {
    super();
    this.#window = window;
    this.mainFrame = frameMain(() => window.page?.url() ?? 'about:blank');
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  getURL = () => this.mainFrame.url;
  isDestroyed = () => this.#window.isDestroyed();
  /** Electron's own name for it */
  getLastWebPreferences = () => this.#window.options.webPreferences ?? {};

  send(channel: string, ...args: unknown[]): void {
    this.#toPage('emit', channel, encode(cloned(args)), []);
  }
  postMessage(channel: string, message: unknown, transfer: unknown[] = []): void {
    checkTransfer(transfer);
    const ids = transfer.map(() => this.#portCount++);
    this.#toPage('emit', channel, encode(cloned([message])), ids);
    transfer.forEach((port, k) => {
      this.#ports.set(ids[k]!, port);
      port.moveTo({
        deliver: (data) => this.#toPage('toPort', ids[k]!, encode(data)),
        closed: () => this.#toPage('closePort', ids[k]!),
      });
    });
  }
  fromPort(id: number, data: string): void {
    this.#ports.get(id)?.postMessage(decode(data));
  }
  /** a page that goes closes its ports */
  closePorts(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
  #toPage(...call: unknown[]): void {
    // what is sent to a page that goes is lost, as in Electron
    void this.#window.page
      ?.evaluate(`fakeElectron[${JSON.stringify(call[0])}](...${JSON.stringify(call.slice(1))})`)
      .catch(() => {});
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows = () => openWindows();
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: WebContents;
  page: Page | undefined;
  #destroyed = false;
  #title = '';
  #edited = false;
  #represented = '';
  #bounds: Rectangle;
  #maximized = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.webContents = new WebContents(this);
    addWindow(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    this.page ??= await this.#openPage();
    this.#loading = toPage(url);
    await this.page.goto(this.#loading);
    this.webContents.emit('did-finish-load');
    this.emit('ready-to-show');
  }
  reload(): void {
    this.#loading = this.page!.url();
    void this.page!.reload();
  }
  #loading = '';

  async #openPage(): Promise<Page> {
    const browser = await chromium.connectOverCDP(process.env.FAKE_ELECTRON_BROWSER!);
    const page = await browser.contexts()[0]!.newPage();
    const { width, height } = this.#bounds;
    await page.setViewportSize({ width, height });
    await page.route('**/*', (route) => this.#answer(route));
    page.on('popup', (popup) => this.#judgePopup(popup));
    page.on('crash', () => this.webContents.emit('render-process-gone', {}, { reason: 'crashed' }));
    await this.#bind(page);
    const preload = readFileSync(this.options.webPreferences!.preload!, 'utf8');
    const wrapped = `(require, module, exports) => {${preload}\n}`;
    await page.addInitScript(`(${runPreload})(${wrapped}, ${encode}, ${decode})`);
    return page;
  }

  async #bind(page: Page): Promise<void> {
    const main = page.mainFrame();
    const inner = new Map<Frame, FrameMain>();
    const senderFrame = (frame: Frame) => {
      if (frame === main) return this.webContents.mainFrame;
      if (!inner.has(frame))
        inner.set(
          frame,
          frameMain(() => frame.url()),
        );
      return inner.get(frame)!;
    };
    await page.exposeBinding('fakeElectron_invoke', async ({ frame }, channel: string, args: string) => {
      const handler = ipcMain._invokeHandlers.get(channel);
      if (!handler) return { error: `Error: No handler registered for '${channel}'` };
      const event = { sender: this.webContents, senderFrame: senderFrame(frame) };
      try {
        return { value: encode(cloned(await handler(event, ...(decode(args) as unknown[])))) };
      } catch (error) {
        return { error: String(error) };
      }
    });
    await page.exposeBinding('fakeElectron_fromPort', (_source, id: number, data: string) =>
      this.webContents.fromPort(id, data),
    );
    await page.exposeBinding('fakeElectron_asksPermission', (_source, permission: string) =>
      defaultSession.grants(this.webContents, permission),
    );
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    if (request.isNavigationRequest() && !this.#mayNavigate(request.url(), request.frame())) {
      return route.abort('aborted');
    }
    const url = fromPage(request.url());
    if (await defaultSession.cancels(url)) return route.abort('blockedbyclient');
    const handler = schemes.get(url.slice(0, url.indexOf(':')));
    // no test needs the network
    if (!handler) return route.abort('internetdisconnected');
    const response = await handler(new Request(url, { method: request.method() }));
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  }

  #mayNavigate(url: string, frame: Frame): boolean {
    const ofPage = frame === this.page!.mainFrame();
    if (!ofPage || url !== this.#loading) {
      let prevented = false;
      const event = {
        url: fromPage(url),
        isMainFrame: ofPage,
        preventDefault() {
          prevented = true;
        },
      };
      this.webContents.emit('will-frame-navigate', event);
      if (ofPage) this.webContents.emit('will-navigate', event);
      if (prevented) return false;
    }
    if (ofPage) {
      this.webContents.closePorts();
      this.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    }
    return true;
  }

  #judgePopup(popup: Page): void {
    if (this.webContents.openHandler({ url: fromPage(popup.url()) }).action === 'deny') void popup.close();
    else new BrowserWindow();
  }

  show(): void {}
  focus(): void {}
  restore(): void {}
  isMinimized = () => false;
  maximize(): void {
    this.#maximized = true;
  }
  isMaximized = () => this.#maximized;
  getNormalBounds = () => this.#bounds;
  setBounds(bounds: Rectangle): void {
    this.#bounds = bounds;
  }
  setTitle(title: string): void {
    this.#title = title;
  }
  getTitle = () => this.#title;
  setDocumentEdited(edited: boolean): void {
    this.#edited = edited;
  }
  isDocumentEdited = () => this.#edited;
  setRepresentedFilename(path: string): void {
    this.#represented = path;
  }
  getRepresentedFilename = () => this.#represented;
  isDestroyed = () => this.#destroyed;

  close(): void {
    let prevented = false;
    this.emit('close', {
      preventDefault() {
        prevented = true;
      },
    });
    if (!prevented) this.destroy();
  }
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.webContents.closePorts();
    void this.page?.close().catch(() => {});
    this.emit('closed');
    if (openWindows().length === 0) app.emit('window-all-closed');
  }
}
