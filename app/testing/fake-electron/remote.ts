import { runInThisContext } from 'node:vm';

/** A function of the test, to be run here with the stand-in's module. */
export interface RunMessage {
  id: number;
  source: string;
  argument: unknown;
}
export type RunReply = { id: number; value: unknown } | { id: number; error: string };

/** Does what the test asks for in this process, as Playwright does in a real Electron. */
export function answerTest(electron: unknown): void {
  process.on('message', async ({ id, source, argument }: RunMessage) => {
    try {
      // the test's own function, as text
      const run = runInThisContext(`(${source})`) as (electron: unknown, argument: unknown) => unknown;
      process.send!({ id, value: await run(electron, argument) } satisfies RunReply);
    } catch (error) {
      process.send!({ id, error: String((error as Error).stack ?? error) } satisfies RunReply);
    }
  });
  // a test that ends takes its application along
  process.on('disconnect', () => process.exit(1));
}
