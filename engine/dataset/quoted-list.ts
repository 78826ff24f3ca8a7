/** Splits a text at a separator (one character or a word between spaces) where it is not between double quotes. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    if (!quoted && text.startsWith(separator, i)) {
      parts.push('');
      i += separator.length - 1;
    } else parts[parts.length - 1] += text[i];
  }
  return parts;
}

/** Whether a double quote is not closed. */
export const hasOpenQuote = (text: string) => text.split('"').length % 2 === 0;

/** A part without the double quotes around it; undefined if it is empty or has more of them. */
export function unquoted(part: string): string | undefined {
  const label = part.trim().replace(/^"(.*)"$/, '$1');
  return label === '' || label.includes('"') ? undefined : label;
}

/** A label as it has to be typed in such a list. */
export const quoted = (label: string) => (/[,+=<>!"\s]| as |\.\./.test(label) ? `"${label}"` : label);
