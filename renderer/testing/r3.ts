import { mount } from 'svelte';
import App from '../App.svelte';
import { FilePicking } from '../state/file-picking.svelte.ts';
import { Session } from '../state/session.svelte.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import { createFakeClient, createFakePlatform } from './fake-client.ts';
const q = new URLSearchParams(location.search);
const names = q.get('runs')!.split(',').filter(Boolean);
const runs = await Promise.all(names.map(async (n) => (await fetch(`/@fs/tmp/r3/${n}.json`)).json()));
const client = createFakeClient({
  runs: () => runs.map((r: any) => r.info),
  run: ({ run }: any) => runs.find((r: any) => r.info.run === run),
} as any);
const platform = createFakePlatform({});
const session = new Session(client, platform);
(window as any).session = session;
(window as any).platform = platform;
mount(App, { target: document.getElementById('app')!, props: { client, platform, session, picking: new FilePicking() } });
await session.openExample();
await session.runs.read();
session.step = (q.get('step') ?? 'evaluate') as any;
session.figures.tab = (q.get('tab') ?? 'distances') as any;
document.body.dataset.ready = 'true';
