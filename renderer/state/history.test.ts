import { expect, test } from 'vitest';
import { amend, record, redo, startHistory, undo } from './history.ts';

const walk = [1, 2, 3, 4].reduce((history, n) => record(history, n, `${n}`), startHistory(0));

test('undo goes back through every state, redo forth through the same', () => {
  let history = walk;
  const back = [history.present];
  while (history.past.length > 0) {
    history = undo(history);
    back.push(history.present);
  }
  const forth = [history.present];
  while (history.future.length > 0) {
    history = redo(history);
    forth.push(history.present);
  }
  expect(back).toEqual([4, 3, 2, 1, 0]);
  expect(forth).toEqual(back.toReversed());
  expect(history).toEqual(walk);
});

test('a new choice after undo drops what was undone', () => {
  const history = record(undo(undo(walk)), 9, 'other');
  expect(history.future).toEqual([]);
  expect(undo(history).present).toBe(2);
});

test('what changes nothing leaves no moment, and undo passes over an amendment', () => {
  expect(record(walk, 4, 'same')).toBe(walk);
  expect(undo(amend(walk, 40)).present).toBe(3);
  expect(redo(undo(amend(walk, 40))).present).toBe(40);
});

test('at the ends nothing happens', () => {
  expect(undo(startHistory(1))).toEqual(startHistory(1));
  expect(redo(walk)).toBe(walk);
});
