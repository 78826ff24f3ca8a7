/** Names for an error's line, at most `most` of them: `day, batch, …and 12 more`; `none` if there are none. */
export function listNames(names: string[], most = 20): string {
  if (names.length === 0) return 'none';
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? `, …and ${rest} more` : '');
}

/** The name that was probably meant: equal but for case and punctuation, else one that begins the other. */
export function nearestName(wanted: string, names: string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const w = plain(wanted);
  if (w === '') return undefined;
  return (
    names.find((name) => plain(name) === w) ??
    names.find((name) => plain(name).startsWith(w) || (plain(name) !== '' && w.startsWith(plain(name)))) ??
    names.find((name) => plain(name).includes(w))
  );
}
