import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { stageApplication } from './testing/stage.ts';

const stage = stageApplication();
afterAll(() => stage.remove());

it.runIf(process.platform === 'linux')('opens browser mode and says why where no window can be', async () => {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env;
  const child = spawn(process.execPath, [join(stage.home, 'dist/app/start.js')], { env });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  expect(errors).toBe('There is no screen for a window: Meander opens in a browser instead.\n');
  const [url = ''] = /^http\S+/.exec(String(output)) ?? [];
  const page = await fetch(url);
  expect(page.status).toBe(200);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
