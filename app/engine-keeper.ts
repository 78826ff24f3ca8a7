import { type BrowserWindow, MessageChannelMain, type UtilityProcess, utilityProcess } from 'electron';
import { z } from 'zod';
import { errorToMessage } from '../engine/errors.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';
import type { FileTable } from './file-table.ts';
import { handle } from './security.ts';
import type { TargetTable } from './target-table.ts';

/** What the names that the engine hears of stand for. */
export interface Names {
  files: FileTable;
  targets: TargetTable;
}

/** An engine that ends within this time, three times in a row, is not started again. */
const TOO_SOON_MS = 2000;
const MOST_FAILURES = 3;

/**
 * Keeps an engine running as long as the window is open. The interface asks for a port to it, and gets another one by itself after the engine ended.
 * @param options.entry path of the built engine process
 * @param options.runsFolder where the engine keeps runs
 * @param onFailure the engine does not stay up
 */
export function keepEngine(
  options: { entry: string; runsFolder: string },
  window: BrowserWindow,
  names: Names,
  onFailure: () => void,
): void {
  let engine: UtilityProcess;
  let connected = false;
  let closing = false;
  let failures = 0;

  const start = () => {
    const started = Date.now();
    engine = utilityProcess.fork(options.entry, [options.runsFolder], { serviceName: 'Meander engine' });
    engine.on('message', (message: FromEngine) => answer(engine, names, message));
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

function answer(engine: UtilityProcess, names: Names, question: FromEngine): void {
  engine.postMessage(answerTo(question, names));
}

function answerTo(question: FromEngine, { files, targets }: Names): ToEngine {
  const { id } = question;
  try {
    switch (question.kind) {
      case 'paths of':
        return { kind: 'paths', id, paths: files.pathsOf(question.handles) };
      case 'target of':
        return { kind: 'target', id, path: targets.take(question.handle) };
    }
  } catch (error) {
    return { kind: 'refused', id, error: errorToMessage(error) };
  }
}
