/** States that can be gone back to and forth again; what was done is named, for the reader. */
export interface History<T> {
  past: readonly Moment<T>[];
  present: T;
  future: readonly Moment<T>[];
}

/** A state, and what was done after it (past) or before it (future). */
export interface Moment<T> {
  state: T;
  done: string;
}

/** More is never asked for, and each is small. */
const MOST_MOMENTS = 500;

export const startHistory = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** A choice that changes nothing leaves no moment. */
export function record<T>(history: History<T>, next: T, done: string): History<T> {
  if (JSON.stringify(next) === JSON.stringify(history.present)) return history;
  const past = [...history.past, { state: history.present, done }].slice(-MOST_MOMENTS);
  return { past, present: next, future: [] };
}

/** A consequence of what was done, not a choice: undo passes over it. */
export const amend = <T>(history: History<T>, present: T): History<T> => ({ ...history, present });

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  const future = [{ state: history.present, done: last.done }, ...history.future];
  return { past: history.past.slice(0, -1), present: last.state, future };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (!next) return history;
  return {
    past: [...history.past, { state: history.present, done: next.done }],
    present: next.state,
    future,
  };
}
