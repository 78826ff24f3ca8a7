/** A name that every system takes, from texts of the user and of files. */
export function fileName(parts: readonly string[], extension: string): string {
  const stem = parts
    .map((part) => part.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-').trim())
    .filter((part) => part !== '')
    .join(' ');
  const short = [...stem]
    .slice(0, 100)
    .join('')
    .replace(/[. ]+$/, '');
  return `${short || 'figure'}.${extension}`;
}

/** A file's name without what says its kind. */
export const stemOf = (name: string): string => name.replace(/(\.meander)?\.[A-Za-z0-9]{1,8}$/, '');
