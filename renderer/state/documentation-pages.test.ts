import { cleanup, render } from '@testing-library/svelte';
import type { MarkedToken } from 'marked';
import { afterEach, expect, test } from 'vitest';
import DocumentationText from '../panels/DocumentationText.svelte';
import { pages, sectionName } from './documentation-pages.ts';

const all = pages();
afterEach(cleanup);

const drawn = (tokens: MarkedToken[]) => render(DocumentationText, { tokens }).container;
const sectionsOf = (page: HTMLElement) =>
  [...page.querySelectorAll<HTMLElement>('[data-section]')].map(({ dataset }) => dataset.section!);

test('every link leads to a page and section that is there, or to the web', () => {
  const shown = new Map(all.map(({ name, tokens }) => [name, drawn(tokens)]));
  const links = [...shown].flatMap(([name, page]) =>
    [...page.querySelectorAll('a')].map((link) => ({ name, href: link.getAttribute('href')! })),
  );
  const broken = links.filter(({ name, href }) => {
    if (href.startsWith('https://')) return false;
    const [file, section] = href.split('#');
    const page = shown.get(file === '' ? name : file!);
    return !(page && (section === undefined || sectionsOf(page).includes(section)));
  });
  expect(links.length).toBeGreaterThan(5);
  expect(broken).toEqual([]);
  expect([...shown.keys()]).toEqual(expect.arrayContaining(['app.md', 'install.md', 'troubleshooting.md']));
});

test('a page has its title, and no two of its sections one name', () => {
  for (const { name, title, tokens } of all) {
    expect(title, name).not.toBe(name);
    const sections = sectionsOf(drawn(tokens));
    expect(sections.length, name).toBeGreaterThan(0);
    expect(new Set(sections).size, name).toBe(sections.length);
  }
});

/** All kinds of tokens of a page, those within others too. */
const kindsOf = (token: unknown): string[] => {
  if (Array.isArray(token)) return token.flatMap(kindsOf);
  if (typeof token !== 'object' || token === null) return [];
  const { type } = token as { type?: unknown };
  return [...(typeof type === 'string' ? [type] : []), ...Object.values(token).flatMap(kindsOf)];
};

test('pages hold nothing that would be shown as it is written', () => {
  const kinds = new Set(all.flatMap(({ tokens }) => kindsOf(tokens)));
  const known = [
    'heading',
    'paragraph',
    'text',
    'escape',
    'strong',
    'em',
    'codespan',
    'code',
    'link',
    'image',
  ];
  expect(
    [...kinds].filter((kind) => ![...known, 'list', 'list_item', 'table', 'space'].includes(kind)),
  ).toEqual([]);
  // characters stand for themselves
  for (const { name, tokens } of all)
    expect(drawn(tokens).textContent, name).not.toMatch(/&(#\d+|#x[\da-f]+|[a-z]+);/i);
});

test('HTML in a page is text', () => {
  const token = { type: 'html', raw: '<img src=x onerror=alert(1)>', text: '', pre: false, block: true };
  const page = drawn([token as MarkedToken]);
  expect(page.textContent).toContain('<img');
  expect(page.querySelector('img')).toBeNull();
});

test('sections are named as on the web', () => {
  expect(sectionName('When it ends: Ctrl-C, “killed” – 2')).toBe('when-it-ends-ctrl-c-killed--2');
});
