import { type BrowserWindow, MessageChannelMain, type UtilityProcess, utilityProcess } from 'electron';
import { z } from 'zod';
import { errorToMessage } from '../engine/errors.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';
import type { FileTable } from './file-table.ts';
import { handle } from './security.ts';

/** An engine that ends within this time, three times in a row, is not started again. */
const TOO_SOON_MS = 2000;
const MOST_FAILURES = 3;

/**
 * Keeps an engine running as long as the window is open. The interface asks for a port to it, and gets another one by itself after the engine ended.
 * @param entry path of the built engine process
 * @param onFailure the engine does not stay up
 */
export function keepEngine(
  entry: string,
  window: BrowserWindow,
  table: FileTable,
  onFailure: () => void,
): void {
  let engine: UtilityProcess;
  let connected = false;
  let closing = false;
  let failures = 0;

  const start = () => {
    const started = Date.now();
    engine = utilityProcess.fork(entry, [], { serviceName: 'Meander engine' });
    engine.on('message', (message: FromEngine) => answer(engine, table, message));
    engine.once('exit', () => {
      if (closing) return;
      failures = Date.now() - started < TOO_SOON_MS ? failures + 1 : 0;
      if (connected) window.webContents.send('engine:lost');
      if (failures >= MOST_FAILURES) return onFailure();
      start();
      if (connected) connect();
    });
  };
  const connect = () => {
    const { port1, port2 } = new MessageChannelMain();
    engine.postMessage({ kind: 'connect' } satisfies ToEngine, [port1]);
    window.webContents.postMessage('engine:port', null, [port2]);
  };

  start();
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) connected = false;
  });
  window.once('closed', () => {
    closing = true;
    engine.kill();
  });
  handle('engine:connect', z.tuple([]), () => {
    connected = true;
    connect();
  });
}

function answer(engine: UtilityProcess, table: FileTable, { id, handles }: FromEngine): void {
  const reply = (message: ToEngine) => engine.postMessage(message);
  try {
    reply({ kind: 'paths', id, paths: table.pathsOf(handles) });
  } catch (error) {
    reply({ kind: 'refused', id, error: errorToMessage(error) });
  }
}
