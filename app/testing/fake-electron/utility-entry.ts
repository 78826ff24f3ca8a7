import { EventEmitter } from 'node:events';
import { checkTransfer, cloned } from './ports.ts';
import type { UtilityMessage } from './utility.ts';

/* Loaded first in a utility process of the stand-in: gives it `process.parentPort`. */

// the main process may be gone before this one hears of it
const send = (message: UtilityMessage) => void process.send!(message, () => {});

class ChildPort extends EventEmitter {
  readonly #id: number;
  #waiting: unknown[] = [];
  #started = false;

  constructor(id: number) {
    super();
    this.#id = id;
  }
  postMessage(message: unknown, transfer: unknown[] = []): void {
    checkTransfer(transfer);
    send({ kind: 'port', port: this.#id, data: cloned(message) });
  }
  start(): void {
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] });
  }
  close(): void {
    send({ kind: 'close', port: this.#id });
  }
  receive(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#waiting.push(data);
  }
}

const ports = new Map<number, ChildPort>();

/** Keeps what comes before the process listens. */
class ParentPort extends EventEmitter {
  readonly #waiting: unknown[] = [];

  constructor() {
    super();
    this.on('newListener', (name) => {
      if (name === 'message') queueMicrotask(() => this.#flush());
    });
  }
  postMessage(data: unknown): void {
    send({ kind: 'message', data: cloned(data), ports: [] });
  }
  receive(event: unknown): void {
    this.#waiting.push(event);
    if (this.listenerCount('message') > 0) this.#flush();
  }
  #flush(): void {
    for (const event of this.#waiting.splice(0)) this.emit('message', event);
  }
}
const parentPort = new ParentPort();

process.on('message', (message: UtilityMessage) => {
  switch (message.kind) {
    case 'message': {
      const received = message.ports.map((id) => new ChildPort(id));
      message.ports.forEach((id, k) => {
        ports.set(id, received[k]!);
      });
      parentPort.receive({ data: message.data, ports: received });
      break;
    }
    case 'port':
      ports.get(message.port)!.receive(message.data);
      break;
    case 'close':
      ports.get(message.port)!.emit('close');
  }
});
process.on('disconnect', () => process.exit(0));
Object.assign(process, { parentPort });
