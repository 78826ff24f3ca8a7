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
const questions = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
let asked = 0;

const host = createHost({
  pathsOf: (handles) => askMain<string[]>((id) => ({ kind: 'paths of', id, handles: [...handles] })),
  targetOf: (handle) => askMain<string>((id) => ({ kind: 'target of', id, handle })),
  runsFolder: process.argv[2]!,
  workers: availableParallelism(),
});

main.on('message', ({ data, ports }) => {
  const message = data as ToEngine;
  switch (message.kind) {
    case 'connect':
      return connect(ports[0]!);
    case 'paths':
      return settle(message.id)?.resolve(message.paths as never);
    case 'target':
      return settle(message.id)?.resolve(message.path as never);
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

function askMain<T>(question: (id: number) => FromEngine): Promise<T> {
  const id = asked++;
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    main.postMessage(question(id));
  });
}

function settle(id: number) {
  const question = questions.get(id);
  questions.delete(id);
  return question;
}
