import { register } from 'node:module';

/*
 * node --import this: `electron` becomes the stand-in of this folder, on which the unmodified built main process runs
 * while a page of Chromium plays the window. It cannot show isolation, the sandbox, native modules or fuses.
 */
register(new URL('./hook.js', import.meta.url));
