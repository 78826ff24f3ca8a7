import type { MenuItemConstructorOptions as Item } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuOf } from './menu.ts';

const actions = { command() {}, open() {}, openRecent() {}, clearRecent() {} };

const itemsOf = (menu: Item[]): Item[] =>
  menu.flatMap((item) => [item, ...itemsOf((item.submenu as Item[] | undefined) ?? [])]);

describe.each(['darwin', 'win32', 'linux'] as const)('the menus on %s', (platform) => {
  const items = itemsOf(menuOf(actions, [{ path: '/data/a & b.h5ad', name: 'a & b.h5ad' }], platform));

  it('give each command once, and no shortcut twice', () => {
    const ids = items.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const shortcuts = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
  });

  it('have about and quit where the platform wants them', () => {
    expect(items.filter(({ id }) => id === 'show about')).toHaveLength(1);
    expect(items.filter(({ role }) => role === 'quit')).toHaveLength(1);
    expect(items.some(({ role }) => role === 'hide')).toBe(platform === 'darwin');
  });

  it('show names of files as they are', () => {
    expect(items.find(({ id }) => id === 'recent 0')?.label).toBe('a && b.h5ad');
  });
});
