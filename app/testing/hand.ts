import type { Locator, Page } from 'playwright-core';

/** Someone who uses the interface in one way alone, by mouse or by keyboard. */
export interface Hand {
  /** what was pressed so far: clicks, or keys beyond those that lead there */
  presses(): number;
  /** a button, a link, a tab, a box to tick */
  press(target: Locator): Promise<void>;
  /** one of a group of which one is always taken */
  pick(radio: Locator): Promise<void>;
  /** an entry of a list, by its text */
  choose(list: Locator, text: string): Promise<void>;
  openStep(number: number): Promise<void>;
  /** leads the time to a share of the way */
  seek(share: number): Promise<void>;
  /** plays, or pauses */
  play(): Promise<void>;
}

/** Pressed in vain, Tab does not lead there. */
const MOST_TABS = 250;
const MOST_ENTRIES = 60;

const slider = (page: Page) => page.getByRole('slider', { name: 'Time' });

export function mouse(page: Page): Hand {
  let clicks = 0;
  const press = async (target: Locator) => {
    clicks++;
    await target.click();
  };
  return {
    presses: () => clicks,
    press,
    pick: press,
    async choose(list, text) {
      // the system draws what opens, and no script can click there
      clicks += 2;
      await list.selectOption({ label: text });
    },
    openStep: (number) =>
      press(
        page
          .getByRole('navigation', { name: 'Steps' })
          .getByRole('listitem')
          .nth(number - 1)
          .getByRole('button')
          .first(),
      ),
    async seek(share) {
      const { x, y, width, height } = (await slider(page).boundingBox())!;
      const middle = y + height / 2;
      clicks++;
      await page.mouse.move(x + 0.5 * share * width, middle);
      await page.mouse.down();
      await page.mouse.move(x + share * width, middle, { steps: 12 });
      await page.mouse.up();
    },
    play: () => press(page.getByRole('button', { name: /^(Play|Pause) \(space\)$/ })),
  };
}

export function keyboard(page: Page): Hand {
  const { keyboard } = page;
  let keys = 0;
  const isFocused = async (target: Locator) => (await target.and(page.locator(':focus')).count()) > 0;
  const key = async (name: string) => {
    keys++;
    await keyboard.press(name);
  };

  /** Tab alone, as whoever does not see where things are. */
  async function reach(target: Locator): Promise<void> {
    await target.waitFor();
    for (let k = 0; k < MOST_TABS; k++) {
      if (await isFocused(target)) return;
      await keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to ${target}`);
  }

  return {
    presses: () => keys,
    async press(target) {
      if ((await target.getAttribute('role')) === 'tab') {
        await reach(page.getByRole('tab', { selected: true }));
        for (let k = 0; k < MOST_ENTRIES && !(await isFocused(target)); k++) await key('ArrowRight');
      } else {
        await reach(target);
        await key((await target.getAttribute('type')) === 'checkbox' ? ' ' : 'Enter');
      }
    },
    async pick(radio) {
      const group = page.locator(`input[type="radio"][name="${await radio.getAttribute('name')}"]`);
      await reach(group.and(page.locator(':checked')));
      for (let k = 0; k < MOST_ENTRIES && !(await radio.isChecked()); k++) await key('ArrowDown');
    },
    async choose(list, text) {
      await reach(list);
      const shown = async () => (await list.locator('option:checked').textContent())?.trim();
      await key('Home');
      for (let k = 0; k < MOST_ENTRIES && (await shown()) !== text; k++) await key('ArrowDown');
    },
    openStep: (number) => key(String(number)),
    async seek(share) {
      await reach(slider(page));
      await key('Home');
      for (let k = 0; k < Math.round(20 * share); k++) await key('Shift+ArrowRight');
    },
    play: () => key(' '),
  };
}
