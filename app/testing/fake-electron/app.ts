import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWindows, processes } from './state.ts';

const userData = process.argv.find((a) => a.startsWith('--user-data-dir='))!.slice(16);
mkdirSync(userData, { recursive: true });

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly recentDocuments: string[] = [];
  #name = 'Electron';
  #ready = false;
  #quitting = false;
  // as in Electron, not before the main module has run
  #whenReady = new Promise<void>((done) => setTimeout(done, 20)).then(() => {
    this.#ready = true;
    this.emit('ready');
  });

  setName(name: string): void {
    this.#name = name;
  }
  getName = () => this.#name;
  getVersion = () => '0.0.0';
  getAppPath = () => process.cwd();
  getPath = (name: string) => (name === 'userData' ? userData : join(userData, name));
  getAppMetrics = () => [...processes.values()];
  isReady = () => this.#ready;
  whenReady = () => this.#whenReady;

  enableSandbox(): void {
    if (this.#ready) throw new Error('app.enableSandbox() can only be called before app is ready');
  }
  addRecentDocument(path: string): void {
    this.recentDocuments.push(path);
  }
  clearRecentDocuments(): void {
    this.recentDocuments.length = 0;
  }

  requestSingleInstanceLock(): boolean {
    const lock = join(userData, 'single-instance');
    try {
      mkdirSync(lock);
    } catch {
      const message = JSON.stringify({ argv: process.argv, workingDirectory: process.cwd() });
      writeFileSync(join(lock, `${process.pid}.json`), message);
      return false;
    }
    watch(lock, () => this.#hearSecond(lock));
    process.on('exit', () => rmSync(lock, { recursive: true, force: true }));
    return true;
  }
  #hearSecond(lock: string): void {
    for (const name of readdirSync(lock)) {
      const text = readFileSync(join(lock, name), 'utf8');
      if (!text.endsWith('}')) continue;
      rmSync(join(lock, name));
      const { argv, workingDirectory } = JSON.parse(text) as { argv: string[]; workingDirectory: string };
      this.emit('second-instance', {}, argv, workingDirectory, {});
    }
  }

  quit(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    this.emit('before-quit', { preventDefault() {} });
    for (const window of openWindows()) window.close();
    // a window that stays open ends the attempt
    if (openWindows().length > 0) {
      this.#quitting = false;
      return;
    }
    this.emit('will-quit', { preventDefault() {} });
    this.exit();
  }
  exit(code = 0): void {
    this.emit('quit', {}, code);
    process.exit(code);
  }
}

export const app = new App();
