/** What is remembered between sessions in this browser or application; nothing of the user's data. */
const PREFIX = 'meander.';

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // storage may be switched off; the defaults serve
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // as above
  }
}
