import type { Bridge } from '../../../app/preload.cts';
import type {
  EngineMessage,
  MenuCommand,
  OpenedDataset,
  Request,
  RunInfo,
} from '../../../engine/host/protocol.ts';
import { createPortTransport } from '../../client/message-port.ts';
import {
  createDesktopPlatform,
  type DesktopBridge,
  receiveEnginePorts,
} from '../../client/platform-desktop.ts';

/*
 * Stands in the place of the interface: everything that a test asks for is done by this script of the page itself, since
 * a test driver's own scripts are above the page's security policy.
 */

// what the preload gives is what the interface expects
type Fits<A extends B, B> = A;
export type BridgeFits = Fits<Bridge, DesktopBridge>;

const platform = createDesktopPlatform(window.meander!);
const heard = {
  opened: [] as unknown[],
  commands: [] as MenuCommand[],
  engine: [] as ('lost' | 'restarted')[],
  messages: [] as EngineMessage[],
  violations: [] as string[],
};
platform.onOpenFiles((files) => heard.opened.push(...files));
platform.onCommand!((command) => heard.commands.push(command));
document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
  heard.violations.push(effectiveDirective),
);

const transport = createPortTransport();
transport.onMessage((message) => heard.messages.push(message));
transport.onLost(() => heard.engine.push('lost'));
transport.onRestart(() => heard.engine.push('restarted'));
receiveEnginePorts(window.meander!, transport.attach, transport.lose);

const attempts = {
  evaluate: async () => new Function('return 1')(),
  inlineScript: async () => 'inlineScriptRan' in window,
  loadScript: () => loaded('script', { src: 'https://example.org/x.js' }),
  fetch: async () => (await fetch('https://example.org/')).status,
  socket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket('wss://example.org/');
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('no connection'));
    }),
  frame: async () => document.body.append(element('iframe', { src: 'https://example.org/' })),
  navigate: async () => location.assign('https://example.org/'),
  openWindow: async () => void window.open('https://example.org/'),
  notifications: () => Notification.requestPermission(),
  geolocation: () =>
    new Promise((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        ({ code }) => resolve(code === 1 ? 'denied' : code),
      ),
    ),
};

function element(name: string, attributes: Record<string, string>): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function loaded(name: string, attributes: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const made = element(name, attributes);
    made.onload = () => resolve();
    made.onerror = () => reject(new Error('not loaded'));
    document.body.append(made);
  });
}

let requests = 0;
const test = {
  platform,
  heard,
  async attempt(name: keyof typeof attempts): Promise<unknown> {
    // out of the driver's call, which may evaluate anything
    await new Promise((done) => setTimeout(done));
    try {
      return await attempts[name]();
    } catch (error) {
      return `refused: ${(error as Error).name}`;
    }
  },
  /** @returns its id */
  request(request: Request): number {
    const id = requests++;
    transport.send({ id, kind: 'request', request });
    return id;
  },
  /** without what is large; undefined: it is not there yet */
  answer(id: number): object | undefined {
    const answer = heard.messages.find((message) => message.id === id && message.kind !== 'progress');
    if (answer?.kind !== 'result') return answer;
    const { nObs, dataset, run } = answer.result as OpenedDataset & RunInfo;
    return { id, kind: answer.kind, result: { nObs, dataset, run } };
  },
};
export type TestPage = typeof test;
Object.assign(window, { test });
