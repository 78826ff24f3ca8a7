import { render } from '@testing-library/svelte';
import App from '../App.svelte';
import { Appearance } from '../state/appearance.svelte.ts';
import { FilePicking } from '../state/file-picking.svelte.ts';
import { Session } from '../state/session.svelte.ts';
import { createFakeClient, createFakePlatform, type Script } from './fake-client.ts';
import { standIn } from './stand-in.ts';
import { STATES } from './states.ts';

/** The whole interface in one of its states, without a browser. @param script answers that differ from the state's */
export async function show(name: string, script: Script = {}) {
  standIn();
  const state = STATES[name]!;
  const client = createFakeClient({ ...state.script, ...script }, state.dataset, state.runs?.());
  const platform = createFakePlatform(state.platform);
  const session = new Session(client, platform);
  const picking = new FilePicking();
  const appearance = new Appearance();
  render(App, { client, platform, session, picking, appearance });
  await state.arrange?.({ session, picking });
  return { client, platform, session, picking, appearance };
}
