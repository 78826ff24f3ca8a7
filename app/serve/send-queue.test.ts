import { expect, test } from 'vitest';
import type { EngineMessage, Progress } from '../../engine/host/protocol.ts';
import { createSendQueue, packr } from './send-queue.ts';

const progress = (id: number, step: number): EngineMessage => ({
  id,
  kind: 'progress',
  progress: { stage: 'layout', step, steps: 9 } satisfies Progress,
});

test('on a slow line one message is packed at a time, and of progress only the newest waits', () => {
  const sent: EngineMessage[] = [];
  let done: (error?: Error) => void = () => {};
  const send = createSendQueue({
    send(data, callback) {
      sent.push(packr.unpack(data as Buffer));
      done = callback;
    },
  });
  const values = Float32Array.of(1, Number.NaN, -0);
  send(progress(1, 1));
  send(progress(1, 2));
  send({ id: 2, kind: 'result', result: values });
  send(progress(2, 5));
  send(progress(1, 3));
  expect(sent).toEqual([progress(1, 1)]);
  for (let i = 0; i < 3; i++) done();
  expect(sent.slice(1)).toEqual([progress(1, 3), { id: 2, kind: 'result', result: values }, progress(2, 5)]);
});

test('a line that is broken keeps nothing', () => {
  let calls = 0;
  let done: (error?: Error) => void = () => {};
  const send = createSendQueue({
    send(_, callback) {
      calls++;
      done = callback;
    },
  });
  send({ id: 1, kind: 'result', result: null });
  send({ id: 2, kind: 'result', result: null });
  done(new Error('closed'));
  expect(calls).toBe(1);
});
