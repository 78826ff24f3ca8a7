/** What keys do; the sheet shows the same list that the application listens by. */
export interface Shortcut {
  keys: string[];
  does: string;
  group: 'Go to' | 'Do' | 'Map';
}

export const isMac = () => /mac/i.test(globalThis.navigator?.platform ?? '');
const mod = () => (isMac() ? '⌘' : 'Ctrl');

export function shortcuts(): Shortcut[] {
  return [
    { keys: ['1', '–', '8'], does: 'Open a step', group: 'Go to' },
    { keys: ['/'], does: 'Find a gene, a column or an action', group: 'Go to' },
    { keys: [mod(), 'K'], does: 'The same', group: 'Go to' },
    { keys: ['?'], does: 'This sheet', group: 'Go to' },
    { keys: [mod(), 'O'], does: 'Open files', group: 'Do' },
    { keys: [mod(), 'Z'], does: 'Undo', group: 'Do' },
    { keys: [mod(), 'Shift', 'Z'], does: 'Do again', group: 'Do' },
    { keys: ['Esc'], does: 'Close, or let go of the selected cells', group: 'Do' },
    { keys: ['Space'], does: 'Play the time, or pause', group: 'Do' },
    { keys: ['L'], does: 'Lasso on or off', group: 'Map' },
    { keys: ['←', '↑', '→', '↓'], does: 'Move', group: 'Map' },
    { keys: ['+', '−'], does: 'Zoom', group: 'Map' },
    { keys: ['0'], does: 'Show all cells', group: 'Map' },
    { keys: ['Enter'], does: 'Name the cell in the middle', group: 'Map' },
  ];
}

export type Command = 'lasso' | 'search' | 'help' | 'undo' | 'redo' | 'open' | 'deselect' | { step: number };

/** The command of a key press; null: it is none, or the user is typing. */
export function commandOf(event: KeyboardEvent): Command | null {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey || event.isComposing) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === 'k') return 'search';
    if (key === 'o') return 'open';
    if (isTyping(event.target)) return null;
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    return key === 'y' ? 'redo' : null;
  }
  if (isTyping(event.target)) return null;
  if (key === 'l') return 'lasso';
  if (key === '/') return 'search';
  if (key === '?') return 'help';
  if (key === 'Escape') return 'deselect';
  return /^[1-8]$/.test(key) ? { step: Number(key) } : null;
}

/** Text fields have an undo and letters of their own. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}
