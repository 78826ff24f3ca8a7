import type { OpenedDataset, Request } from '../../engine/host/protocol.ts';
import type { EngineClient } from '../client/engine-client.ts';

export type KeepLabel = Extract<Request, { kind: 'label' }>;

/** Labels that the user gave to cells, so that an engine that was started again can be told. */
export class KeptLabels {
  #given: KeepLabel[] = [];

  get any(): boolean {
    return this.#given.length > 0;
  }

  add(label: KeepLabel): void {
    this.#given.push(label);
  }

  clear(): void {
    this.#given = [];
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
