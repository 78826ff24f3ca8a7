import type { RunResults } from '../../engine/host/protocol.ts';
import type { Platform } from '../client/engine-client.ts';
import { Session } from '../state/session.svelte.ts';
import { createFakeClient, createFakePlatform, type Script } from './fake-client.ts';
import { standIn } from './stand-in.ts';

/** A session in which the example is open and has these runs; the first is looked at. */
export async function sessionWithRuns(
  runs: readonly RunResults[],
  { script = {}, platform: change = {} }: { script?: Script; platform?: Partial<Platform> } = {},
) {
  standIn();
  const client = createFakeClient({
    runs: () => runs.map(({ info }) => info),
    run: ({ run }: { run: string }) => runs.find(({ info }) => info.run === run),
    ...script,
  });
  const platform = createFakePlatform(change);
  const session = new Session(client, platform);
  await session.openExample();
  await session.runs.read();
  return { session, client, platform };
}
