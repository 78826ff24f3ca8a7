import type { OpenedDataset, Request } from '../../engine/host/protocol.ts';
import type { EngineClient } from '../client/engine-client.ts';

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
