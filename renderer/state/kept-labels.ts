import { joinAnd } from '../../engine/figures/words.ts';
import type { OpenedDataset, Request } from '../../engine/host/protocol.ts';
import type { EngineClient } from '../client/engine-client.ts';
import type { Question } from './question.svelte.ts';

export type KeepLabel = Extract<Request, { kind: 'label' }>;

/** Labels that the user gave to cells, so that an engine that was started again can be told. */
export class KeptLabels {
  #given: KeepLabel[] = [];
  #saved = 0;

  /** names of the columns of which something is in no file yet */
  get unsaved(): string[] {
    return [...new Set(this.#given.slice(this.#saved).map(({ name }) => name))];
  }

  /** A file is written now. @returns to be called when it is: all that was given by now is in it */
  saving(): () => void {
    const [given, count] = [this.#given, this.#given.length];
    return () => {
      // another file may be open by then
      if (this.#given === given) this.#saved = Math.max(this.#saved, count);
    };
  }

  /** Labels are the one thing that the user made and no file or run holds. @returns whether another file may be opened */
  async mayLeave(question: Question): Promise<boolean> {
    const names = this.unsaved;
    if (names.length === 0) return true;
    return question.ask({
      title: 'Leave without your labels?',
      text: `What you kept in ${joinAnd(names)} is in no file yet and would be lost. To keep it, save the cells with all results of a run (step Export).`,
      goOn: 'Leave without them',
    });
  }

  add(label: KeepLabel): void {
    this.#given.push(label);
  }

  clear(): void {
    this.#given = [];
    this.#saved = 0;
  }

  /** @returns the columns of the dataset with those that could be kept again */
  async tellAgain(client: EngineClient, { dataset, obs }: OpenedDataset): Promise<OpenedDataset['obs']> {
    let columns = obs;
    for (const label of this.#given) {
      // one that cannot be kept again is missing from the list, where it is seen
      columns = await client.request<KeepLabel>({ ...label, dataset }).catch(() => columns);
    }
    return columns;
  }
}
