/// <reference types="node" />
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';

/** No page is fetched from it: all that it would serve is given by the test. */
const ORIGIN = 'http://page.localhost';
/** The application's own: a page that would need more fails here as well. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";

/**
 * Bundles one module of the interface with all that it imports, styles included, into one script.
 * @param entry relative to the repository
 */
export async function bundleScript(entry: string): Promise<string> {
  const bundled = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [svelte({ configFile: false, emitCss: false })],
    build: {
      write: false,
      minify: false,
      target: 'chrome130',
      lib: { entry: resolve(entry), formats: ['iife'], name: 'bundled' },
    },
  });
  const { output } = (Array.isArray(bundled) ? bundled[0] : bundled) as {
    output: { fileName: string; code?: string; source?: string | Uint8Array }[];
  };
  const styles = output
    .filter(({ fileName }) => fileName.endsWith('.css'))
    .map(({ source }) => String(source));
  const styling = `document.head.append(Object.assign(document.createElement('style'), { textContent: ${JSON.stringify(styles.join('\n'))} }));\n`;
  return (styles.length > 0 ? styling : '') + output[0]!.code!;
}

export interface TestPage {
  page: Page;
  /** errors that the page did not catch, and what the policy refused */
  errors: string[];
}

/** Opens a page that runs a script under the policy of the application. */
export async function openPage(
  browser: Browser,
  script: string,
  {
    width = 400,
    height = 300,
    pixelRatio = 1,
    theme = 'light' as 'light' | 'dark',
    /** of the address, e.g. `?state=explore` */
    search = '',
    /** what `#app` is; a whole interface has a main part of its own */
    root = 'main',
  } = {},
): Promise<TestPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: pixelRatio,
    colorScheme: theme,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.route(`${ORIGIN}/**`, (route) =>
    new URL(route.request().url()).pathname === '/script.js'
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({
          contentType: 'text/html',
          headers: { 'content-security-policy': POLICY },
          body: `<!doctype html><html lang="en"><title>Test</title><meta charset="utf-8"><body style="margin:0"><${root} id="app" style="position:relative;height:100vh"></${root}><script src="/script.js"></script>`,
        }),
  );
  await page.goto(`${ORIGIN}/${search}`);
  return { page, errors };
}
