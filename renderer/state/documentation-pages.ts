import { Marked, type Tokens } from 'marked';

/** A page of docs/, ready to be shown. */
export interface Page {
  /** e.g. `app.md` */
  name: string;
  title: string;
  /** of our own documents, made when the application was built */
  html: string;
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
  const marked = new Marked({ renderer: { heading, link, image } });
  return { name, title, html: marked.parse(text, { async: false }) };
}

/** Sections are named as the places where documents are read on the web name them. */
export const sectionName = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

type Parser = { parser: { parseInline(tokens: Tokens.Generic[]): string } };

function heading(this: Parser, { tokens, depth, text }: Tokens.Heading): string {
  const id = sectionName(text.replaceAll(/[`*]/g, ''));
  return `<h${depth + 1} data-section="${id}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth + 1}>\n`;
}

/** Other pages are opened by the reader, the web by the browser, and what is not in the application is text. */
function link(this: Parser, { href, tokens }: Tokens.Link): string {
  const text = this.parser.parseInline(tokens);
  const known = /^(https:\/\/|#|[\w-]+\.md(#|$))/.test(href);
  return known ? `<a href="${href.replaceAll('"', '%22')}">${text}</a>` : text;
}

function image({ href, text }: Tokens.Image): string {
  const url = images[`../../docs/${href}`];
  return url === undefined ? '' : `<img src="${url}" alt="${text.replaceAll('"', '&quot;')}" loading="lazy">`;
}
