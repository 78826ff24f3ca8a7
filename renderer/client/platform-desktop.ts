import { type ErrorMessage, errorFromMessage } from '../../engine/errors.ts';
import type { FileInfo, MenuCommand } from '../../engine/host/protocol.ts';
import type { Platform } from './engine-client.ts';
import type { Port } from './message-port.ts';

type Answer<T> = { value: T } | { error: ErrorMessage };

/** What the preload script of the desktop application puts on the window. */
export interface DesktopBridge {
  pickFiles(): Promise<Answer<FileInfo[]>>;
  droppedFiles(files: File[]): Promise<Answer<FileInfo[]>>;
  recentFiles(): Promise<Answer<FileInfo[]>>;
  onOpenFiles(listener: (files: FileInfo[]) => void): void;
  onCommand(listener: (command: MenuCommand) => void): void;
  setDocument(state: { title: string; unsaved: boolean; file?: string }): Promise<Answer<void>>;
  saveFile(suggestedName: string, bytes: Uint8Array): Promise<Answer<void>>;
  chooseTarget(suggestedName: string): Promise<Answer<{ target: string; name: string } | null>>;
  openExternal(url: string): Promise<Answer<void>>;
  connectEngine(): Promise<Answer<void>>;
  onEngineLost(listener: () => void): void;
}

declare global {
  interface Window {
    /** absent in a browser */
    meander?: DesktopBridge;
  }
}

/** The desktop application as the interface sees it. */
export function createDesktopPlatform(bridge: DesktopBridge): Platform {
  return {
    kind: 'desktop',
    pickFiles: async () => valueIn(await bridge.pickFiles()),
    droppedFiles: async (files) => valueIn(await bridge.droppedFiles([...files])),
    recentFiles: async () => valueIn(await bridge.recentFiles()),
    onOpenFiles: (listener) => bridge.onOpenFiles(listener),
    onCommand: (listener) => bridge.onCommand(listener),
    setDocument: (state) => void bridge.setDocument(state),
    saveFile: async (name, bytes) => valueIn(await bridge.saveFile(name, bytes)),
    async saveTo(suggestedName, write) {
      const place = valueIn(await bridge.chooseTarget(suggestedName));
      if (place) await write(place.target);
      return place?.name ?? null;
    },
    openExternal: (url) => void bridge.openExternal(url),
  };
}

/**
 * Ports to the engine, as they come: the first is asked for at once, another comes after each restart.
 * @param onPort gets each new port, not yet started
 * @param onLost the engine of the last port is gone
 */
export function receiveEnginePorts(
  bridge: DesktopBridge,
  onPort: (port: Port) => void,
  onLost: () => void,
): void {
  // the preload shares this window; nothing else may offer a port
  window.addEventListener('message', ({ source, data, ports: [port] }) => {
    if (source === window && data === 'meander engine port' && port) onPort(port as Port);
  });
  bridge.onEngineLost(onLost);
  void bridge.connectEngine();
}

function valueIn<T>(answer: Answer<T>): T {
  if ('error' in answer) throw errorFromMessage(answer.error);
  return answer.value;
}
