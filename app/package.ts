import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/*
 * `npm run package`: packages of the desktop application for this system, with electron-builder, whose arguments can follow
 * (`npm run package -- --linux deb`). What is fetched for it is said where it cannot be.
 */

const FETCH_FAILED =
  /getaddrinfo|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Cannot download|HTTPError/;

const require = createRequire(import.meta.url);
const child = spawn(
  process.execPath,
  [require.resolve('electron-builder/cli.js'), ...process.argv.slice(2)],
  {
    stdio: ['inherit', 'pipe', 'pipe'],
  },
);
let said = '';
for (const [from, to] of [
  [child.stdout, process.stdout],
  [child.stderr, process.stderr],
] as const)
  from.on('data', (text: Buffer) => {
    said += text;
    to.write(text);
  });
// when all that it said has been read
const [code] = (await once(child, 'close')) as [number | null];
if (code !== 0) {
  process.exitCode = code ?? 1;
  const failure = said.split('\n').find((line) => FETCH_FAILED.test(line));
  if (failure !== undefined) process.stderr.write(`\n${missing(failure.trim())}\n`);
}

function missing(failure: string): string {
  const path = require.resolve('electron/package.json');
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return [
    `No package was made: Electron ${version} for the system of the package, or a tool that packs for it, is not on this computer`,
    `and could not be fetched: ${failure.replace(/^\S*⨯\s*|\s+failedTask=.*$/g, '')}`,
    'Run this again where GitHub can be reached; what was fetched is kept. Without a network:',
    `  npm run package -- -c.electronDist=FOLDER    a folder with electron-v${version}-SYSTEM-PROCESSOR.zip`,
    '  ELECTRON_MIRROR=ADDRESS, ELECTRON_BUILDER_BINARIES_MIRROR=ADDRESS    mirrors of both',
  ].join('\n');
}
