import { describe, expect, test } from 'vitest';
import {
  type ColumnLabel,
  dropRows,
  editsOf,
  mergeRows,
  moveRow,
  renameRow,
  rowName,
  rowsOf,
  splitRow,
  takeBack,
  timeRow,
} from './timepoint-rows.ts';

const DAYS: ColumnLabel[] = [0, 3, 6, 12].map((day) => ({ label: String(day), time: day, cells: 10 + day }));
const WORDS: ColumnLabel[] = ['late', 'early'].map((label) => ({ label, time: null, cells: 5 }));

const plain = () => rowsOf(DAYS, null).rows;
/** as after the choice went through the session */
const again = (rows: Parameters<typeof editsOf>[0], labels = DAYS) => rowsOf(labels, editsOf(rows, labels));

describe('edits', () => {
  test('rows without a change are no edits', () => {
    expect(editsOf(plain(), DAYS)).toBeNull();
    expect(editsOf(renameRow(plain(), 1, ' 3 '), DAYS)).toBeNull();
  });

  test('merged: the mean of the times, the sum of the cells, and split gives all back', () => {
    const { rows } = again(mergeRows(plain(), new Set([1, 2])));
    expect(rows.map((row) => [rowName(row), row.shownTime, row.cells])).toEqual([
      ['0', 0, 10],
      ['3/6', 4.5, 29],
      ['12', 12, 22],
    ]);
    expect(editsOf(splitRow(rows, 1), DAYS)).toBeNull();
  });

  test('merged timepoints keep a name and a time that one was given', () => {
    const named = timeRow(renameRow(plain(), 2, 'mid'), 1, 4);
    expect(mergeRows(named, new Set([1, 2]))[1]).toMatchObject({ name: 'mid', time: 4, labels: ['3', '6'] });
  });

  test('left out and taken back is as before', () => {
    const dropped = again(dropRows(plain(), new Set([0, 3])));
    expect(dropped.leftOut.map(({ label }) => label)).toEqual(['0', '12']);
    const back = dropped.leftOut.reduce((rows, { label }) => takeBack(rows, label), dropped.rows);
    expect(editsOf(back, DAYS)).toBeNull();
  });

  test('a time of the user changes the order', () => {
    const { rows } = again(timeRow(plain(), 0, 7));
    expect(rows.map(rowName)).toEqual(['3', '6', '0', '12']);
  });
});

describe('moving', () => {
  test('exchanges the times of two and leaves the others as they were', () => {
    const { rows } = again(moveRow(plain(), 0, 1));
    expect(rows.map(rowName)).toEqual(['3', '0', '6', '12']);
    expect(rows.map((row) => row.shownTime)).toEqual([0, 3, 6, 12]);
    expect(rows.map((row) => row.time)).toEqual([0, 3, null, null]);
  });

  test('labels without times get their place as time', () => {
    const { rows } = again(moveRow(rowsOf(WORDS, null).rows, 1, -1), WORDS);
    expect(rows.map((row) => [rowName(row), row.time])).toEqual([
      ['early', 0],
      ['late', 1],
    ]);
  });

  test('there and back, and beyond the ends, is as before', () => {
    const back = again(moveRow(again(moveRow(plain(), 1, 1)).rows, 2, -1)).rows;
    expect(back.map((row) => [rowName(row), row.shownTime])).toEqual(
      plain().map((row) => [rowName(row), row.shownTime]),
    );
    expect(moveRow(plain(), 0, -1)).toEqual(plain());
  });
});

test('rows whose time is not known come last', () => {
  const mixed = [{ label: 'control', time: null, cells: 3 }, ...DAYS];
  expect(rowsOf(mixed, null).rows.at(-1)).toMatchObject({ labels: ['control'], shownTime: null });
});
