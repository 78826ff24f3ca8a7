import { remember, remembered } from './preferences.ts';

export type Theme = 'light' | 'dark';
export type ThemeSetting = 'system' | Theme;

/** Light or dark: as the system has it, or as the user set it. */
export class Appearance {
  setting = $state<ThemeSetting>('system');
  #systemDark = $state(false);

  constructor() {
    const kept = remembered('theme');
    if (kept === 'light' || kept === 'dark') this.setting = kept;
    const query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
    this.#systemDark = query?.matches ?? false;
    query?.addEventListener('change', ({ matches }) => {
      this.#systemDark = matches;
    });
  }

  theme: Theme = $derived(this.setting === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.setting);

  set(setting: ThemeSetting): void {
    this.setting = setting;
    remember('theme', setting === 'system' ? null : setting);
  }

  next(): void {
    this.set(this.theme === 'dark' ? 'light' : 'dark');
  }
}
