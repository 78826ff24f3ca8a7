/** Where the documentation is open: it travels with the application, so it reads as well without a network. */
export class Documentation {
  /** name of a page and perhaps a section, e.g. `app.md#the-map`; null: it is closed */
  place = $state<string | null>(null);

  read(place = 'app.md'): void {
    this.place = place;
  }
  close(): void {
    this.place = null;
  }
}

/** One for the window: help is asked for wherever something is shown. */
export const documentation = new Documentation();
