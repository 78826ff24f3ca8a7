import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const MAIN = join(root, 'dist/app/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'meander-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Commands of the documents that are not run here, each with the reason. */
const EXEMPT = new Map([
  ['npm ci && npm run demo', 'installs; its command is run below in the built program'],
  ['npm ci && npm test', 'is what runs this'],
  ['npx meander serve FOLDER', 'goes on until it is stopped; app/cli/serve.test.ts starts and stops it'],
  ['npm start', 'the same; app/start.ts is tested in app/start.test.ts'],
  [
    'npx meander run day0.h5ad day3.h5ad day7.h5ad --out results/joined',
    'names files of the reader; app/cli/counts.test.ts runs the same on generated ones',
  ],
]);

function commands(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

it('the commands of the README and then of the documents work, in their order, after the demo', () => {
  const run = (args: string[]) =>
    spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });
  const demo = run(['demo', '--seeds', '1', '--steps', '200']);
  expect(demo.stderr).not.toMatch(/defect|to do:/);
  expect(demo.status).toBe(0);
  expect(demo.stdout).toMatch(/auto.*ot-cfm/);

  const found = ['README.md', 'docs/sessions.md', 'docs/counts.md', 'docs/app.md'].flatMap(commands);
  const toRun = found.filter((command) => !EXEMPT.has(command));
  expect(found).toEqual(expect.arrayContaining([...EXEMPT.keys()]));
  expect(toRun.length).toBeGreaterThan(2);
  for (const command of toRun) {
    const [npx, name, ...args] = command.split(' ');
    expect([npx, name], command).toEqual(['npx', 'meander']);
    const { status, stderr } = run(args);
    expect(stderr, command).not.toMatch(/defect|to do:/);
    expect(status, command).toBe(0);
  }
}, 900_000);
