import * as electron from './electron.ts';
import { answerTest } from './remote.ts';

export { app } from './app.ts';
export { ipcMain } from './ipc.ts';
export { Menu } from './menu.ts';
export { MessageChannelMain } from './ports.ts';
export { dialog, protocol, screen, session, shell } from './services.ts';
export { utilityProcess } from './utility.ts';
export { BrowserWindow } from './window.ts';

answerTest(electron);
