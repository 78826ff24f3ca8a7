import { expect, test } from 'vitest';
import { pages, sectionOf } from './documentation-pages.ts';
import { HELP, HELP_PAGE } from './help.ts';

test('each help leads to a section that is there', () => {
  const page = pages().find(({ name }) => name === HELP_PAGE);
  const sections = page!.tokens.flatMap((token) => (token.type === 'heading' ? [sectionOf(token)] : []));
  for (const { title, section } of Object.values(HELP)) expect(sections, title).toContain(section);
});
