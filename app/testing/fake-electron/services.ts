import { EventEmitter } from 'node:events';
import type { CustomScheme } from 'electron';
import { app } from './app.ts';

type ProtocolHandler = (request: Request) => Response | Promise<Response>;
type Decide<T> = (answer: T) => void;
type PermissionRequest = (contents: unknown, permission: string, decide: Decide<boolean>) => void;
type PermissionCheck = (contents: unknown, permission: string) => boolean;
type BeforeRequest = (details: { url: string }, decide: Decide<{ cancel?: boolean }>) => void;

/** Handlers by scheme. */
export const schemes = new Map<string, ProtocolHandler>();

export const protocol = {
  registerSchemesAsPrivileged(_schemes: CustomScheme[]): void {
    if (app.isReady()) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
  },
  handle(scheme: string, handler: ProtocolHandler): void {
    if (!app.isReady()) throw new Error('protocol cannot be used before app is ready');
    schemes.set(scheme, handler);
  },
};

/** Like Electron, grants what nobody denies. */
class Session extends EventEmitter {
  #request: PermissionRequest = (_contents, _permission, decide) => decide(true);
  #check: PermissionCheck = () => true;
  #before: BeforeRequest = (_details, decide) => decide({});
  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.#before = listener;
    },
  };

  setPermissionRequestHandler(handler: PermissionRequest): void {
    this.#request = handler;
  }
  setPermissionCheckHandler(handler: PermissionCheck): void {
    this.#check = handler;
  }
  setDevicePermissionHandler(): void {}

  grants(contents: unknown, permission: string): Promise<boolean> {
    return new Promise((done) => this.#request(contents, permission, done));
  }
  considersGranted = (contents: unknown, permission: string) => this.#check(contents, permission);
  cancels(url: string): Promise<boolean> {
    return new Promise((done) => this.#before({ url }, ({ cancel }) => done(cancel === true)));
  }
}
export const defaultSession = new Session();
export const session = { defaultSession };

/** A test replaces the answer that it wants; by default the user cancels. */
export const dialog = {
  showOpenDialog: async (..._: unknown[]) => ({ canceled: true, filePaths: [] as string[] }),
  showSaveDialog: async (..._: unknown[]) => ({ canceled: true, filePath: '' }),
  showMessageBox: async (..._: unknown[]) => ({ response: 0, checkboxChecked: false }),
  showMessageBoxSync: (..._: unknown[]) => 0,
  showErrorBox(..._: unknown[]): void {},
};

export const shell = { openExternal: async (_url: string) => {} };

const display = { id: 1, workArea: { x: 0, y: 0, width: 1600, height: 1000 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] };
