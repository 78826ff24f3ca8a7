import { lexer, type MarkedToken, type Tokens } from 'marked';

/** A page of docs/, ready to be shown: what it says as tokens, of which `DocumentationText` makes elements. */
export interface Page {
  /** e.g. `app.md` */
  name: string;
  title: string;
  tokens: MarkedToken[];
}

/** In the order of reading; pages that are not named here come after, by their names. */
const ORDER = [
  'first-analysis.md',
  'app.md',
  'reading-a-run.md',
  'install.md',
  'troubleshooting.md',
  'counts.md',
  'sessions.md',
  'protocol.md',
  'cli.md',
];

const texts = import.meta.glob<string>('../../docs/*.md', { query: '?raw', import: 'default', eager: true });
const images = import.meta.glob<string>('../../docs/images/*', {
  query: '?url',
  import: 'default',
  eager: true,
});

export function pages(): Page[] {
  const named = Object.entries(texts).map(([path, text]) =>
    pageOf(path.slice(path.lastIndexOf('/') + 1), text),
  );
  const place = ({ name }: Page) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return named.sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}

function pageOf(name: string, text: string): Page {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  return { name, title, tokens: lexer(text) as MarkedToken[] };
}

/** Sections are named as the places where documents are read on the web name them. */
export const sectionName = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** The name of the section that a heading begins. */
export const sectionOf = ({ text }: Pick<Tokens.Heading, 'text'>): string =>
  sectionName(text.replaceAll(/[`*]/g, ''));

/** Other pages are opened by the reader and the web by the browser; what is not in the application is text. */
export const isKnown = (href: string): boolean => /^(https:\/\/|#|[\w-]+\.md(#|$))/.test(href);

/** Where a picture of docs/ is; undefined: it is not in the application. */
export const imageUrl = (href: string): string | undefined => images[`../../docs/${href}`];
