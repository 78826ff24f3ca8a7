import { type Choices, NO_CHOICES } from './choices.ts';
import { amend, type History, record, redo, startHistory, undo } from './history.ts';

/** What the user decided, and the way back to what was decided before. */
export class Decisions {
  #history = $state.raw(startHistory<Choices>(NO_CHOICES));

  choices = $derived(this.#history.present);
  /** what undo would take back; null: nothing */
  canUndo = $derived(this.#history.past.at(-1)?.done ?? null);
  canRedo = $derived(this.#history.future[0]?.done ?? null);

  /** There is no way back from here. */
  start(choices: Choices): void {
    this.#history = startHistory(choices);
  }

  decide(change: Partial<Choices>, done: string): void {
    this.#history = record(this.#history, { ...this.choices, ...change }, done);
  }

  /** A consequence of what was done, which undo passes over. */
  amend(change: Partial<Choices>): void {
    this.#history = amend(this.#history, { ...this.choices, ...change });
  }

  /** @returns what was undone; null: there was nothing */
  undo(): string | null {
    const done = this.canUndo;
    this.#history = undo(this.#history);
    return done;
  }

  /** @returns what was done again; null: there was nothing */
  redo(): string | null {
    const done = this.canRedo;
    this.#history = redo(this.#history);
    return done;
  }

  /** Where the user is now, for `withdraw`. */
  mark(): History<Choices> {
    return this.#history;
  }

  /** Takes the last decision back if it chose `what` and none was made since the mark. @returns whether it did */
  withdraw(mark: History<Choices>, what: 'colourBy' | 'view'): boolean {
    const before = mark.past.at(-1)?.state;
    if (this.#history !== mark || !before) return false;
    if (JSON.stringify(before[what]) === JSON.stringify(mark.present[what])) return false;
    this.#history = undo(mark);
    return true;
  }
}
