import { mount } from 'svelte';
import App from '../App.svelte';
import { FilePicking } from '../state/file-picking.svelte.ts';
import { Session } from '../state/session.svelte.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import { createFakeClient, createFakePlatform } from './fake-client.ts';
import { STATES } from './states.ts';

/*
 * One state of the interface, for the eye, for screenshots and for tests of its layout, without an engine:
 * `testing/?state=prepare-running`. The build does not contain it.
 */
async function show(name: string): Promise<void> {
  const state = STATES[name]!;
  const client = createFakeClient(state.script, state.dataset, state.runs?.());
  const platform = createFakePlatform(state.platform);
  const session = new Session(client, platform);
  const picking = new FilePicking();
  mount(App, { target: document.getElementById('app')!, props: { client, platform, session, picking } });
  await state.arrange?.({ session, picking });
  document.body.dataset.ready = 'true';
}

void show(new URLSearchParams(location.search).get('state') ?? 'welcome');
