import type { decode as Decode, encode as Encode } from './codec.ts';

/** What the window of the stand-in gives the script inside the page; the names are removed before the page's own run. */
export interface PageBindings {
  invoke(channel: string, args: string): Promise<{ value: string } | { error: string }>;
  fromPort(port: number, data: string): Promise<void>;
  asksPermission(permission: string): Promise<boolean>;
}

type Listener = (event: { ports: unknown[] }, ...args: unknown[]) => void;
interface PagePort {
  postMessage(message: unknown, transfer?: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}
/** What is used of a page here; the project's Node code knows no DOM. */
interface PageGlobal {
  [name: string]: unknown;
  self: unknown;
  top: unknown;
  MessageChannel: new () => { port1: PagePort; port2: PagePort };
  MessagePort: { prototype: PagePort };
  Notification: { requestPermission(): Promise<string> };
  navigator: {
    geolocation: { getCurrentPosition(found: unknown, failed: (error: { code: number }) => void): void };
  };
}

/**
 * Runs inside the page, from its text, before the page's scripts: gives the unmodified preload script what it requires.
 * Preload and page share one world here; a real Electron keeps them apart.
 */
export function runPreload(
  run: (require: (module: string) => unknown, module: object, exports: object) => void,
  encode: typeof Encode,
  decode: typeof Decode,
): void {
  const page = globalThis as unknown as PageGlobal;
  const take = <K extends keyof PageBindings>(name: K): PageBindings[K] => {
    const binding = page[`fakeElectron_${name}`] as PageBindings[K];
    delete page[`fakeElectron_${name}`];
    return binding;
  };
  const invoke = take('invoke');
  const fromPort = take('fromPort');
  const asksPermission = take('asksPermission');
  // frames inside the page have no preload
  if (page.top !== page.self) return;

  const listeners = new Map<string, Listener[]>();
  const ports = new Map<number, PagePort>();
  const openPort = (id: number): PagePort => {
    const { port1, port2 } = new page.MessageChannel();
    ports.set(id, port1);
    port1.onmessage = ({ data }) => void fromPort(id, encode(data));
    return port2;
  };
  const fromMain = {
    emit(channel: string, args: string, portIds: number[]): void {
      const event = { ports: portIds.map(openPort) };
      for (const listener of listeners.get(channel) ?? []) listener(event, ...(decode(args) as unknown[]));
    },
    toPort: (id: number, data: string) => ports.get(id)?.postMessage(decode(data)),
    closePort: (id: number) => ports.get(id)?.close(),
  };
  Object.defineProperty(page, 'fakeElectron', { value: fromMain });

  const ipcRenderer = {
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const reply = await invoke(channel, encode(structuredClone(args)));
      if ('error' in reply) throw new Error(`Error invoking remote method '${channel}': ${reply.error}`);
      return decode(reply.value);
    },
    on(channel: string, listener: Listener): unknown {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  };
  const crossing = (value: unknown): unknown => {
    if (value instanceof Promise) return value.then(crossing);
    return typeof value === 'function' ? value : structuredClone(value);
  };
  const contextBridge = {
    exposeInMainWorld(name: string, api: Record<string, (...args: unknown[]) => unknown>): void {
      const methods = Object.entries(api).map(([key, method]) => [
        key,
        (...args: unknown[]) => crossing(method(...args.map(crossing))),
      ]);
      Object.defineProperty(page, name, { value: Object.freeze(Object.fromEntries(methods)) });
    },
  };
  // a file that a script made has no path; the test says where the others lie, by name
  const webUtils = {
    getPathForFile: ({ name }: { name: string }) =>
      (page.fakeElectronPaths as Record<string, string> | undefined)?.[name] ?? '',
  };
  const modules: Record<string, unknown> = { electron: { contextBridge, ipcRenderer, webUtils } };
  run(
    (name) => {
      if (!(name in modules)) throw new Error(`module not found: ${name}`);
      return modules[name];
    },
    {},
    {},
  );

  // Electron asks the application where a browser asks its user
  page.Notification.requestPermission = async () =>
    (await asksPermission('notifications')) ? 'granted' : 'denied';
  page.navigator.geolocation.getCurrentPosition = async (_found, failed) => {
    if (!(await asksPermission('geolocation'))) failed({ code: 1 });
  };
  // what Electron loses in silence is an error here
  const post = page.MessagePort.prototype.postMessage;
  page.MessagePort.prototype.postMessage = function (this: PagePort, message, transfer) {
    const list = Array.isArray(transfer) ? transfer : [];
    if (list.some((item) => item instanceof ArrayBuffer)) {
      throw new Error('Electron loses buffers that are transferred over a port.');
    }
    post.call(this, message, list);
  };
}
