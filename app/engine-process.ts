import { availableParallelism } from 'node:os';
import type { MessagePortMain } from 'electron';
import { errorFromMessage } from '../engine/errors.ts';
import { createHost } from '../engine/host/host.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';

/*
 * The utility process that runs the engine. The interface reaches it over ports that the main process hands over, and
 * the main process alone says which files it may open.
 */

const main = process.parentPort;
const questions = new Map<number, { resolve(paths: string[]): void; reject(error: Error): void }>();
let asked = 0;

const host = createHost({ pathsOf: askMain, workers: availableParallelism() });

main.on('message', ({ data, ports }) => {
  const message = data as ToEngine;
  switch (message.kind) {
    case 'connect':
      return connect(ports[0]!);
    case 'paths':
      return settle(message.id)?.resolve(message.paths);
    case 'refused':
      return settle(message.id)?.reject(errorFromMessage(message.error));
  }
});

function connect(port: MessagePortMain): void {
  const connection = host.connect((message) => port.postMessage(message));
  port.on('message', ({ data }) => connection.receive(data));
  port.on('close', () => void connection.close());
  port.start();
}

function askMain(handles: readonly string[]): Promise<string[]> {
  const id = asked++;
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    main.postMessage({ kind: 'paths of', id, handles: [...handles] } satisfies FromEngine);
  });
}

function settle(id: number) {
  const question = questions.get(id);
  questions.delete(id);
  return question;
}
