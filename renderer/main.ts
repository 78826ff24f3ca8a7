import { mount } from 'svelte';
import { z } from 'zod';
import App from './App.svelte';
import { createClient } from './client/client.ts';
import type { Platform, Transport } from './client/engine-client.ts';
import { createPortTransport } from './client/message-port.ts';
import { createBrowserPlatform } from './client/platform-browser.ts';
import { createDesktopPlatform, receiveEnginePorts } from './client/platform-desktop.ts';
import { connectToServer } from './client/web-socket.ts';
import { FilePicking } from './state/file-picking.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

// the policy forbids code made at run time, which zod would try
z.config({ jitless: true });

const picking = new FilePicking();
const { transport, platform } = surroundings();
mount(App, {
  target: document.getElementById('app')!,
  props: { client: createClient(transport), platform, picking },
});

function surroundings(): { transport: Transport; platform: Platform } {
  const bridge = window.meander;
  if (!bridge)
    return { transport: connectToServer(), platform: createBrowserPlatform({ choose: picking.choose }) };
  const transport = createPortTransport();
  receiveEnginePorts(
    bridge,
    (port) => transport.attach(port),
    () => transport.lose(),
  );
  return { transport, platform: createDesktopPlatform(bridge) };
}
