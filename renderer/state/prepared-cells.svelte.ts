import { SvelteMap } from 'svelte/reactivity';
import type { ExperimentConfig } from '../../engine/config.ts';
import type { EmbeddingInfo } from '../../engine/host/protocol.ts';
import { preparationKey, preparationOf, type View } from './choices.ts';
import { firstView, mergeEmbeddings } from './map-view.ts';
import type { SessionParts } from './parts.ts';
import { needsPreparation } from './steps.ts';

/** What was computed last, and from which choices. */
interface Prepared {
  key: string;
  notes: string[];
}

/** The spaces and maps of the cells: those of the file, and those that were computed. */
export class PreparedCells {
  embeddings = $state.raw<EmbeddingInfo[]>([]);
  prepared = $state.raw<Prepared | null>(null);
  /** options whose field shows what cannot be taken, and why: what is on the screen is not what would be run */
  readonly refused = new SvelteMap<keyof ExperimentConfig, string>();

  readonly #parts: SessionParts;
  /** what was chosen when a preparation failed */
  #failed = '';

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Another file is open, or it is open in another engine. */
  start(embeddings: EmbeddingInfo[]): void {
    this.#parts.tasks.clear('prepare');
    this.embeddings = embeddings;
    this.prepared = null;
  }

  /** Whether the cells lack something that the choices need. */
  get needed(): boolean {
    const { choices } = this.#parts.decisions;
    if (this.prepared?.key === preparationKey(choices.experiment)) return false;
    return this.prepared !== null || needsPreparation(choices, this.embeddings);
  }

  /** Does nothing while a field shows what cannot be taken. @returns whether it was done */
  async compute(): Promise<boolean> {
    const { tasks, dataset, decisions } = this.#parts;
    if (!dataset || this.refused.size > 0) return false;
    const { experiment } = decisions.choices;
    const key = preparationKey(experiment);
    const preparation = preparationOf(experiment);
    const request = { kind: 'prepare', dataset: dataset.dataset, preparation } as const;
    const outcome = await tasks.run('prepare', 'Preparing the cells', request);
    if (outcome.kind === 'failed') this.#failed = preparationKey(decisions.choices.experiment);
    if (outcome.kind !== 'done') return false;
    const { result } = outcome;
    this.prepared = { key, notes: result.notes };
    this.embeddings = mergeEmbeddings(this.embeddings, result.embeddings);
    const view = this.embeddings.some(({ name }) => name === result.map)
      ? ({ embedding: result.map, components: [0, 1] } as View)
      : (decisions.choices.view ?? firstView(this.embeddings));
    decisions.amend({ view });
    return true;
  }

  /** What it was made of has changed: it would be another. */
  expire(): void {
    if (this.prepared) this.prepared = { ...this.prepared, key: '' };
  }

  /** Forgets what was wrong once the choices have changed. */
  follow(): void {
    const { tasks, decisions } = this.#parts;
    if (this.#failed !== preparationKey(decisions.choices.experiment)) tasks.problems.delete('prepare');
  }
}
