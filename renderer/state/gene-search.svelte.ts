import type { GeneInfo } from '../../engine/host/protocol.ts';
import type { Session } from './session.svelte.ts';

const MOST_GENES = 30;
/** Between two keys of a quick typist. */
const REST_MS = 100;

/** Genes that match what is typed; replies to earlier texts are dropped. */
export class GeneSearch {
  found = $state.raw<GeneInfo[]>([]);
  problem = $state.raw<unknown>(undefined);
  readonly #session: Session;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  search(text: string): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const dataset = this.#session.dataset;
    if (!dataset || dataset.nVars === 0 || text.trim() === '') {
      this.found = [];
      this.problem = undefined;
      return;
    }
    this.#timer = setTimeout(() => void this.#ask(dataset.dataset, text.trim()), REST_MS);
  }

  async #ask(dataset: string, text: string): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const request = { kind: 'find genes', dataset, text, most: MOST_GENES } as const;
      const found = await this.#session.client.request(request, { signal: abort.signal });
      if (!abort.signal.aborted) this.found = found;
      this.problem = undefined;
    } catch (error) {
      if (!abort.signal.aborted) this.problem = error;
    }
  }
}
