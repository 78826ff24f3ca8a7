import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { ForkOptions } from 'electron';
import { checkTransfer, cloned, type Port } from './ports.ts';
import { processes } from './state.ts';

/** What goes over the pipe between the stand-in's main and utility processes. */
export type UtilityMessage =
  | { kind: 'message'; data: unknown; ports: number[] }
  | { kind: 'port'; port: number; data: unknown }
  | { kind: 'close'; port: number };

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, Port>();
  #portCount = 0;

  constructor(path: string, args: string[], name: string | undefined) {
    super();
    const entry = new URL('./utility-entry.js', import.meta.url).href;
    this.#child = fork(path, args, { execArgv: ['--import', entry], serialization: 'advanced' });
    const pid = this.#child.pid!;
    processes.set(pid, { pid, type: 'Utility', name });
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message: UtilityMessage) => this.#receive(message));
    this.#child.on('exit', (code) => {
      processes.delete(pid);
      for (const port of this.#ports.values()) port.close();
      this.emit('exit', code ?? 1);
    });
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  kill = () => this.#child.kill();

  postMessage(data: unknown, transfer: unknown[] = []): void {
    checkTransfer(transfer);
    const ports = transfer.map(() => this.#portCount++);
    this.#send({ kind: 'message', data: cloned(data), ports });
    transfer.forEach((port, k) => {
      this.#ports.set(ports[k]!, port);
      port.moveTo({
        deliver: (message) => this.#send({ kind: 'port', port: ports[k]!, data: message }),
        closed: () => this.#send({ kind: 'close', port: ports[k]! }),
      });
    });
  }
  #send(message: UtilityMessage): void {
    // a process that has just ended loses what is sent to it
    if (this.#child.connected) this.#child.send(message, () => {});
  }
  #receive(message: UtilityMessage): void {
    switch (message.kind) {
      case 'message':
        this.emit('message', message.data);
        break;
      case 'port':
        this.#ports.get(message.port)!.postMessage(message.data);
        break;
      case 'close':
        this.#ports.get(message.port)!.close();
    }
  }
}

export const utilityProcess = {
  fork: (path: string, args: string[] = [], { serviceName }: ForkOptions = {}) =>
    new UtilityProcess(path, args, serviceName),
};
