import { expect, test } from 'vitest';
import { CancelledError, InputError, WorkError } from '../../engine/errors.ts';
import type { ClientMessage, EngineMessage } from '../../engine/host/protocol.ts';
import { createClient } from './client.ts';
import { createPortTransport, type Port } from './message-port.ts';

/** A port whose other end is the test. */
function endOf(): Port & { sent: ClientMessage[]; say(message: EngineMessage): void; closed: boolean } {
  const sent: ClientMessage[] = [];
  return {
    sent,
    closed: false,
    onmessage: null,
    postMessage(message) {
      sent.push(message);
    },
    say(data) {
      this.onmessage?.({ data });
    },
    close() {
      this.closed = true;
    },
  };
}

const EXAMPLE = { kind: 'example' } as const;

test('answers find their question in any order; what nobody waits for is dropped', async () => {
  const transport = createPortTransport();
  const client = createClient(transport);
  const first = client.request({ kind: 'close', dataset: 'a' });
  const second = client.request({ kind: 'gene', dataset: 'a', column: 1 });
  const end = endOf();
  transport.attach(end);
  const [a, b] = end.sent.map(({ id }) => id);
  end.say({ id: 99, kind: 'result', result: null });
  end.say({ id: b!, kind: 'result', result: Float32Array.of(1) });
  end.say({ id: a!, kind: 'error', error: { tag: 'input', message: 'No.', detail: { key: 'obs/x' } } });
  end.say({ id: b!, kind: 'result', result: Float32Array.of(2) });
  expect(await second).toEqual(Float32Array.of(1));
  await expect(first).rejects.toEqual(new InputError('No.', { key: 'obs/x' }));
});

test('a request that is cancelled ends at once, whatever comes later; one that was cancelled before is not sent', async () => {
  const transport = createPortTransport();
  const end = endOf();
  transport.attach(end);
  const client = createClient(transport);
  const stop = new AbortController();
  let told = 0;
  const options = { signal: stop.signal, onProgress: () => void told++ };
  const running = client.request(EXAMPLE, options);
  const id = end.sent[0]!.id;
  const step: EngineMessage = { id, kind: 'progress', progress: { stage: 'reading', step: 1, steps: 2 } };
  end.say(step);
  stop.abort();
  end.say(step);
  end.say({ id, kind: 'error', error: { tag: 'cancelled', message: '', detail: {} } });
  await expect(running).rejects.toBeInstanceOf(CancelledError);
  await expect(client.request(EXAMPLE, options)).rejects.toBeInstanceOf(CancelledError);
  expect(end.sent.map(({ kind }) => kind)).toEqual(['request', 'cancel']);
  expect(told).toBe(1);
});

test('the engine ends: what waits is told, what is asked before another one comes too, and then all goes on', async () => {
  const transport = createPortTransport();
  const client = createClient(transport);
  const [old, next] = [endOf(), endOf()];
  transport.attach(old);
  let restarts = 0;
  client.onRestart(() => void restarts++);
  const waiting = client.request(EXAMPLE);
  transport.lose();
  await expect(waiting).rejects.toBeInstanceOf(WorkError);
  await expect(client.request(EXAMPLE)).rejects.toBeInstanceOf(WorkError);
  expect(restarts).toBe(0);
  transport.attach(next);
  expect(restarts).toBe(1);
  const again = client.request({ kind: 'close', dataset: 'a' });
  const id = next.sent[0]!.id;
  old.say({ id, kind: 'result', result: 'stale' as never });
  next.say({ id, kind: 'result', result: null });
  expect(await again).toBeNull();
});

test('what was opened although it was cancelled is closed again', async () => {
  const transport = createPortTransport();
  const end = endOf();
  transport.attach(end);
  const client = createClient(transport);
  const stop = new AbortController();
  const running = client.request(EXAMPLE, { signal: stop.signal });
  stop.abort();
  await expect(running).rejects.toBeInstanceOf(CancelledError);
  end.say({ id: end.sent[0]!.id, kind: 'result', result: { dataset: 'late' } as never });
  expect(end.sent.at(-1)).toMatchObject({ kind: 'request', request: { kind: 'close', dataset: 'late' } });
});
