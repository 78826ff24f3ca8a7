import type {
  ClientMessage,
  EngineMessage,
  FileInfo,
  MenuCommand,
  Progress,
  Request,
  ResultOf,
} from '../../engine/host/protocol.ts';

export interface RequestOptions {
  /** aborting it cancels the work and rejects with CancelledError */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** The interface's only way to the engine. */
export interface EngineClient {
  /** @throws MeanderError of the engine, typed; CancelledError; WorkError where the engine ended meanwhile */
  request<R extends Request>(request: R, options?: RequestOptions): Promise<ResultOf<R>>;
  /** told when the engine ended and another one has taken its place, which knows none of the datasets */
  onRestart(listener: () => void): () => void;
  /** told when the engine is gone; a restart may follow */
  onLost?(listener: () => void): () => void;
}

/** What carries messages: a MessagePort in the desktop application, a WebSocket in a browser. */
export interface Transport {
  send(message: ClientMessage): void;
  onMessage(listener: (message: EngineMessage) => void): void;
  /** the other side is gone; requests that wait are lost */
  onLost(listener: () => void): void;
  /** there is a new other side */
  onRestart(listener: () => void): void;
}

/** What depends on where the interface runs. */
export interface Platform {
  kind: 'desktop' | 'browser';
  /** the user chooses files; empty: they changed their mind */
  pickFiles(): Promise<FileInfo[]>;
  /** files that were dropped; a browser cannot name them and throws InputError that says what to do */
  droppedFiles(files: readonly File[]): Promise<FileInfo[]>;
  recentFiles(): Promise<FileInfo[]>;
  /** files to open at once: arguments, a double click; told again whenever others come */
  onOpenFiles(listener: (files: FileInfo[]) => void): void;
  /** what the user chose in a native menu; a browser has none */
  onCommand?(listener: (command: MenuCommand) => void): void;
  /** the window's title, whether closing it would lose something, and the handle of the file that it shows */
  setDocument(state: { title: string; unsaved: boolean; file?: string }): void;
  /** offers bytes to be saved under a name that the user may change */
  saveFile(suggestedName: string, bytes: Uint8Array): Promise<void>;
  /**
   * Lets the engine write a file under a name that the user may change. Desktop: they are asked for the place first; browser:
   * the engine writes beside its data, and the browser then downloads it.
   * @param write gets the handle of the place, the `target` of one request, and settles when the file is written
   * @returns the file's name; null: they changed their mind
   */
  saveTo(suggestedName: string, write: (target: string) => Promise<unknown>): Promise<string | null>;
  openExternal(url: string): void;
}
