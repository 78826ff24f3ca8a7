import { cleanup } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { show } from './testing/show.ts';
import { STATES } from './testing/states.ts';

beforeAll(() => {
  document.documentElement.lang = 'en';
  document.title = 'Meander';
});
afterEach(() => {
  cleanup();
  localStorage.clear();
});

async function check(name: string, theme: 'light' | 'dark') {
  localStorage.setItem('meander.theme', theme);
  await show(name);
  expect(document.documentElement.dataset.theme).toBe(theme);
  for (const section of document.querySelectorAll('details')) section.open = true;
  const { violations } = await axe.run(document, {
    resultTypes: ['violations'],
    // nothing is laid out here: contrast is measured where the pages are drawn
    rules: { 'color-contrast': { enabled: false } },
  });
  const found = violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
  expect(found).toEqual([]);
}

test.each(Object.keys(STATES))('axe finds nothing in: %s', (name) => check(name, 'light'));

// the themes differ in colours and one button
test('axe finds nothing in the dark', () => check('data', 'dark'));
