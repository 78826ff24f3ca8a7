import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openResultsFolder } from './results-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'meander-test-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('puts the files in place at the commit, and not before', async () => {
  const out = join(home, 'deep', 'out');
  const folder = await openResultsFolder(out);
  await folder.write('metrics.json', '{}');
  await folder.write('trajectories.csv', ['a\n', 'b\n']);
  expect(existsSync(out)).toBe(false);
  await folder.commit();
  expect(readdirSync(out).sort()).toEqual(['metrics.json', 'trajectories.csv']);
  expect(readFileSync(join(out, 'trajectories.csv'), 'utf8')).toBe('a\nb\n');
  expect(readdirSync(join(home, 'deep'))).toEqual(['out']);
});

it('replaces an earlier result, and leaves it when discarded', async () => {
  const out = join(home, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'metrics.json'), 'old');
  const given_up = await openResultsFolder(out);
  await given_up.write('metrics.json', 'half');
  await given_up.discard();
  expect(readFileSync(join(out, 'metrics.json'), 'utf8')).toBe('old');
  const folder = await openResultsFolder(out);
  await folder.write('metrics.json', 'new');
  await folder.commit();
  expect(readFileSync(join(out, 'metrics.json'), 'utf8')).toBe('new');
  expect(readdirSync(home)).toEqual(['out']);
});

it('refuses a folder with anything else in it, and a file', async () => {
  const out = join(home, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'thesis.docx'), '');
  await expect(openResultsFolder(out)).rejects.toMatchObject({
    tag: 'input',
    detail: { option: '--out', found: 'thesis.docx' },
  });
  await expect(openResultsFolder(join(out, 'thesis.docx'))).rejects.toMatchObject({ tag: 'input' });
  await expect(openResultsFolder(join(out, 'thesis.docx', 'below'))).rejects.toMatchObject({ tag: 'input' });
  expect(readdirSync(home)).toEqual(['out']);
});
