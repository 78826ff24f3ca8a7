import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { FileInfo } from '../../engine/host/protocol.ts';
import { type Desktop, type Launch, until } from './desktop.ts';

const DATA = new URL('../../fixtures/io/modern.h5ad', import.meta.url).pathname;

/** Where the application runs: on Electron, or on the stand-in. */
export interface Ground {
  kind: 'fake' | 'electron';
  launch(launch: Launch): Promise<Desktop>;
  /** a second start, settled when it has ended */
  launchSecond(launch: Launch): Promise<void>;
}

/** What the engine says at last to a request. */
export interface EngineAnswer {
  id: number;
  kind: string;
  result?: { nObs: number; dataset: string; run: string };
  error?: { message: string };
}

/** A user with a fresh account, whose data lie in a folder that the interface must not learn of. */
export type Person = ReturnType<typeof createPerson>;

export function createPerson(ground: Ground, stage: { home: string; main: string }) {
  const userData = mkdtempSync(join(stage.home, 'user-'));
  const folder = join(userData, 'private folder');
  mkdirSync(folder);
  const data = join(folder, 'cells & genes.h5ad');
  copyFileSync(DATA, data);
  let desktop: Desktop;

  const inPage = <T>(script: string) => desktop.page.evaluate(script) as Promise<T>;
  const heard = <T>(what: string) => inPage<T[]>(`test.heard.${what}`);
  const evaluate: Desktop['evaluate'] = (run, argument) => desktop.evaluate(run, argument);
  const text = (args: unknown[]) => args.map((argument) => JSON.stringify(argument)).join(',');

  return {
    ground,
    userData,
    folder,
    data,
    inPage,
    heard,
    evaluate,
    page: () => desktop.page,
    async start(args: string[] = []): Promise<void> {
      desktop = await ground.launch({ main: stage.main, userData, args });
      await desktop.page.waitForFunction('window.test !== undefined');
    },
    startAgain: (args: string[]) => ground.launchSecond({ main: stage.main, userData, args }),
    ended: () => desktop.exited,
    kill: async () => desktop?.kill(),
    /** what the page was told, as soon as it is so many */
    heardAll: <T>(what: string, count: number) =>
      until(async () => {
        const all = await heard<T>(what);
        return all.length >= count ? all : undefined;
      }),
    opened: (count: number) =>
      until(async () => {
        const files = await heard<FileInfo>('opened');
        return files.length >= count ? files : undefined;
      }),
    /** something that the page's own script tries */
    attempt: (name: string) => inPage<unknown>(`test.attempt('${name}')`),
    /** what a call of the platform gives, or its error in words */
    call: <T>(name: string, ...args: unknown[]) =>
      inPage<T>(`test.platform.${name}(${text(args)}).catch((e) => e.tag + ': ' + e.message)`),
    /** what the preload gives to the page */
    callBridge: (name: string, ...args: unknown[]) =>
      inPage<{ error: { message: string } }>(`meander.${name}(${text(args)})`),
    /** a request to the engine, answered */
    async ask(request: unknown): Promise<EngineAnswer> {
      const id = await inPage<number>(`test.request(${JSON.stringify(request)})`);
      return until(() => inPage<EngineAnswer | undefined>(`test.answer(${id})`));
    },
    clickMenu: (id: string) =>
      evaluate(({ Menu }, item) => Menu.getApplicationMenu()!.getMenuItemById(item)!.click(), id),
  };
}
