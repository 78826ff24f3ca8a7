import { expect, test } from 'vitest';
import { pages, sectionName } from './documentation-pages.ts';

const all = pages();
const sectionsOf = (html: string) => [...html.matchAll(/data-section="([^"]+)"/g)].map(([, id]) => id!);

test('every link leads to a page and section that is there, or to the web', () => {
  const broken = all.flatMap(({ name, html }) =>
    [...html.matchAll(/<a href="([^"]+)"/g)].flatMap(([, href]) => {
      if (href!.startsWith('https://')) return [];
      const [file, section] = href!.split('#');
      const page = all.find((one) => one.name === (file === '' ? name : file));
      const there = page && (section === undefined || sectionsOf(page.html).includes(section));
      return there ? [] : [`${name}: ${href}`];
    }),
  );
  expect(broken).toEqual([]);
  expect(all.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['app.md', 'install.md', 'troubleshooting.md']),
  );
});

test('a page has its title, and no two of its sections one name', () => {
  for (const { name, title, html } of all) {
    expect(title, name).not.toBe(name);
    const sections = sectionsOf(html);
    expect(new Set(sections).size, name).toBe(sections.length);
  }
});

test('sections are named as on the web', () => {
  expect(sectionName('When it ends: Ctrl-C, “killed” – 2')).toBe('when-it-ends-ctrl-c-killed--2');
});
