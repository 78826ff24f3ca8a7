/** A piece of a page that is safe to put into it. Only `html` makes one, so text from a file cannot become markup. */
export interface Html {
  readonly markup: string;
}

type Piece = Html | readonly Html[] | string | number | null | false;

/** Template for markup: every value is escaped as text unless it is markup itself; null and false give nothing. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  let markup = strings[0];
  pieces.forEach((piece, k) => {
    markup += markupOf(piece) + strings[k + 1];
  });
  return { markup };
}

/** Text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** JSON that can stand inside a script element: `<` is escaped, so neither `</script>` nor `<!--` can occur. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value, compactNumber).replaceAll('<', '\\u003c');
}

/** A script's source as it can stand inside a script element, where string literals are the only place of `</script`. */
export function scriptForElement(source: string): string {
  return source
    .replaceAll('\r\n', '\n')
    .replaceAll(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--');
}

function markupOf(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  if ('markup' in piece) return piece.markup;
  return piece.map((part) => part.markup).join('');
}

// six significant digits are finer than a printer's dot, and a third of the page's size
function compactNumber(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array, (v) => Number(v.toPrecision(6)));
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
