import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** What the application can say, with its text as it stands in the sources. */
function sources(): string {
  return ['engine', 'app', 'renderer']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.ts$|testing/.test(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    )
    .join('\n')
    .replace(/\s+/g, ' ');
}

test('what the page on trouble quotes is what the application says', () => {
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  const quoted = [...page.matchAll(/^### (.+)$/gm)].map(([, message]) => message!);
  expect(quoted.length).toBeGreaterThan(15);
  const said = sources();
  expect(quoted.filter((message) => !said.includes(message))).toEqual([]);
});
