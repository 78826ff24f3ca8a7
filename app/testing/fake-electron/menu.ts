import type { MenuItemConstructorOptions } from 'electron';

interface Item extends Omit<MenuItemConstructorOptions, 'submenu' | 'click'> {
  submenu?: Menu;
  click(): void;
}

let applicationMenu: Menu | null = null;

export class Menu {
  readonly items: Item[];

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.items = template.map(({ submenu, click, ...rest }) => ({
      ...rest,
      ...(submenu && { submenu: new Menu(submenu as MenuItemConstructorOptions[]) }),
      click: () => (click as (() => void) | undefined)?.(),
    }));
  }
  getMenuItemById(id: string): Item | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
  static buildFromTemplate = (template: MenuItemConstructorOptions[]) => new Menu(template);
  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
  }
  static getApplicationMenu = () => applicationMenu;
}
