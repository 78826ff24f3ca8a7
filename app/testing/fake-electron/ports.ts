import { EventEmitter } from 'node:events';

/** Where the messages of a port go that was handed to another process or page. */
export interface Elsewhere {
  deliver(data: unknown): void;
  closed(): void;
}

/** Real ports of the main process lose transferred buffers and cannot carry shared memory; this one says so. */
export class Port extends EventEmitter {
  #peer: Port | undefined;
  #waiting: unknown[] = [];
  #started = false;
  #elsewhere: Elsewhere | undefined;
  #closed = false;

  static pair(): [Port, Port] {
    const [one, two] = [new Port(), new Port()];
    one.#peer = two;
    two.#peer = one;
    return [one, two];
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    checkTransfer(transfer);
    this.#peer!.#receive(cloned(message));
  }
  start(): void {
    this.#started = true;
    this.#flush();
  }
  /** called by this process or by where the port is */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
    this.#peer!.#hearClosed();
  }
  moveTo(elsewhere: Elsewhere): void {
    this.#elsewhere = elsewhere;
    this.#flush();
    if (this.#closed) elsewhere.closed();
  }
  #hearClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#elsewhere?.closed();
    this.emit('close');
  }
  #receive(data: unknown): void {
    this.#waiting.push(data);
    this.#flush();
  }
  #flush(): void {
    if (!this.#elsewhere && !this.#started) return;
    for (const data of this.#waiting.splice(0)) {
      if (this.#elsewhere) this.#elsewhere.deliver(data);
      else this.emit('message', { data, ports: [] });
    }
  }
}

export class MessageChannelMain {
  readonly port1: Port;
  readonly port2: Port;
  constructor() {
    [this.port1, this.port2] = Port.pair();
  }
}

export function checkTransfer(transfer: unknown[]): asserts transfer is Port[] {
  const stranger = transfer.findIndex((item) => !(item instanceof Port));
  if (stranger >= 0) throw new TypeError(`Port at index ${stranger} is not a valid port`);
}

export function cloned<T>(value: T): T {
  if (holdsSharedMemory(value)) throw new Error('An object could not be cloned.');
  return structuredClone(value);
}

function holdsSharedMemory(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof SharedArrayBuffer) return true;
  if (ArrayBuffer.isView(value)) return value.buffer instanceof SharedArrayBuffer;
  return Object.values(value).some(holdsSharedMemory);
}
