/** What the user is asked before something that cannot be undone. */
export interface Asked {
  title: string;
  text: string;
  /** on the button that goes on */
  goOn: string;
}

/** One question at a time; a new one takes the place of an old one, which is answered with no. */
export class Question {
  asked = $state.raw<Asked | null>(null);
  #answer: ((goesOn: boolean) => void) | undefined;

  ask(asked: Asked): Promise<boolean> {
    this.#answer?.(false);
    this.asked = asked;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(goesOn: boolean): void {
    this.asked = null;
    this.#answer?.(goesOn);
    this.#answer = undefined;
  }
}
