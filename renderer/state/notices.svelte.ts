export interface Notice {
  id: number;
  text: string;
  /** a way on */
  action?: { label: string; run: () => void };
}

/** Short messages that go away by themselves and are read out; they never hold what must be acted on. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  #next = 0;

  say(text: string, action?: Notice['action']): void {
    this.list = [...this.list.slice(-2), { id: this.#next++, text, ...(action && { action }) }];
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
