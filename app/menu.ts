import type { MenuItemConstructorOptions as Item } from 'electron';
import type { MenuCommand } from '../engine/host/protocol.ts';

export interface MenuActions {
  command(command: MenuCommand): void;
  open(): void;
  openRecent(path: string): void;
  clearRecent(): void;
}

/**
 * The menus of a platform, for `Menu.buildFromTemplate`.
 * @param recent paths and the names shown for them
 */
export function menuOf(
  actions: MenuActions,
  recent: readonly { path: string; name: string }[],
  platform: NodeJS.Platform,
): Item[] {
  const mac = platform === 'darwin';
  return [
    ...(mac ? [applicationMenu(actions)] : []),
    fileMenu(actions, recent, mac),
    editMenu(actions, mac),
    viewMenu(actions),
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    helpMenu(actions, mac),
  ];
}

/** '&' marks a shortcut letter in menus, so a name's own is doubled. */
const literal = (name: string) => name.replaceAll('&', '&&');
const separator: Item = { type: 'separator' };

function applicationMenu(actions: MenuActions): Item {
  return {
    label: 'Meander',
    submenu: [
      commandItem(actions, 'show about', 'About Meander'),
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
}

function fileMenu(
  actions: MenuActions,
  recent: readonly { path: string; name: string }[],
  mac: boolean,
): Item {
  const files = recent.map(
    ({ path, name }, k): Item => ({
      id: `recent ${k}`,
      label: literal(name),
      toolTip: path,
      click: () => actions.openRecent(path),
    }),
  );
  return {
    label: '&File',
    submenu: [
      { id: 'open', label: 'Open…', accelerator: 'CmdOrCtrl+O', click: actions.open },
      {
        id: 'recent',
        label: 'Open Recent',
        enabled: recent.length > 0,
        submenu: [
          ...files,
          separator,
          { id: 'clear recent', label: 'Clear List', click: actions.clearRecent },
        ],
      },
      commandItem(actions, 'try example', 'Try the Example'),
      separator,
      commandItem(actions, 'save map', 'Save Map As…', 'CmdOrCtrl+Shift+S'),
      separator,
      mac ? { role: 'close' } : { role: 'quit' },
    ],
  };
}

function editMenu(actions: MenuActions, mac: boolean): Item {
  return {
    label: '&Edit',
    submenu: [
      commandItem(actions, 'undo', 'Undo', 'CmdOrCtrl+Z'),
      commandItem(actions, 'redo', 'Redo', mac ? 'Cmd+Shift+Z' : 'Ctrl+Y'),
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  };
}

function viewMenu(actions: MenuActions): Item {
  return {
    label: '&View',
    submenu: [
      {
        label: 'Theme',
        submenu: [
          commandItem(actions, 'theme system', 'As the System'),
          commandItem(actions, 'theme light', 'Light'),
          commandItem(actions, 'theme dark', 'Dark'),
        ],
      },
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
    ],
  };
}

function helpMenu(actions: MenuActions, mac: boolean): Item {
  return {
    role: 'help',
    label: '&Help',
    submenu: [
      commandItem(actions, 'show documentation', 'Documentation', 'F1'),
      commandItem(actions, 'show shortcuts', 'Keyboard Shortcuts'),
      ...(mac ? [] : [separator, commandItem(actions, 'show about', 'About Meander')]),
    ],
  };
}

function commandItem(actions: MenuActions, command: MenuCommand, label: string, accelerator?: string): Item {
  return { id: command, label, click: () => actions.command(command), ...(accelerator && { accelerator }) };
}
