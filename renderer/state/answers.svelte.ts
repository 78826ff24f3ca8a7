import type { Colouring, Results } from '../../engine/host/protocol.ts';
import { type Change, type ColourBy, preparationOf, timepointsKey, type View } from './choices.ts';
import { colourWords } from './colour-words.ts';
import { colouringOfTimepoints } from './colouring.ts';
import type { Decisions } from './decisions.svelte.ts';
import type { Tasks } from './tasks.svelte.ts';

type Timepoints = Results['timepoints'];
type Asked = 'timepoints' | 'colouring' | 'positions';

const ALL: readonly Asked[] = ['timepoints', 'colouring', 'positions'];

/** What the engine answers to the choices, asked for as they change; answers are never changed in place. */
export class Answers {
  timepoints = $state.raw<Timepoints | null>(null);
  /** `view`: what these are positions in */
  positions = $state.raw<{ view: View; values: Float32Array } | null>(null);
  colouring = $state.raw<Colouring | null>(null);
  /** what the colouring is of; the choice is ahead of it while it is read */
  colouredBy = $state.raw<ColourBy | null>(null);
  /** categories of the colouring that are not shown */
  hidden = $state.raw<ReadonlySet<number>>(new Set());

  readonly #tasks: Tasks;
  readonly #decisions: Decisions;
  /** keys of the choices that were asked for last; empty: to be asked for */
  readonly #asked: Record<Asked, string> = { timepoints: '', colouring: '', positions: '' };

  constructor(tasks: Tasks, decisions: Decisions) {
    this.#tasks = tasks;
    this.#decisions = decisions;
  }

  /** Those there are of another dataset. */
  clear(): void {
    for (const area of ALL) this.#tasks.clear(area);
    this.forget(...ALL);
    this.timepoints = null;
    this.positions = null;
    this.#setColouring(null, null);
  }

  /** What `follow` asks for again, though the choices are the same. */
  forget(...what: Asked[]): void {
    for (const one of what) this.#asked[one] = '';
  }

  /** Asks for whatever the choices need and was not asked for yet. */
  follow(dataset: string): void {
    this.#followTimepoints(dataset);
    this.#followColouring(dataset);
    this.#followView(dataset);
  }

  #followTimepoints(dataset: string): void {
    const { experiment } = this.#decisions.choices;
    const { time, timepoints = null, where = [] } = experiment;
    const key = timepointsKey(experiment);
    if (time === undefined || key === this.#asked.timepoints) return;
    this.#asked.timepoints = key;
    const request = { kind: 'timepoints', dataset, time, timepoints: complete(timepoints), where } as const;
    void this.#tasks.run('timepoints', 'Reading the timepoints', request).then((outcome) => {
      if (outcome.kind === 'replaced') return;
      if (outcome.kind === 'cancelled') this.forget('timepoints');
      this.timepoints = outcome.kind === 'done' ? outcome.result : null;
      if (this.#decisions.choices.colourBy?.kind === 'timepoint') this.#colourByTimepoint();
    });
  }

  #followColouring(dataset: string): void {
    const { colourBy } = this.#decisions.choices;
    const key = this.#colourKey(colourBy);
    if (key === this.#asked.colouring) return;
    this.#asked.colouring = key;
    if (colourBy === null) this.#setColouring(null, null);
    else if (colourBy.kind === 'timepoint') this.#colourByTimepoint();
    else void this.#readColouring(dataset, colourBy);
  }

  #colourByTimepoint(): void {
    this.#tasks.clear('colouring');
    this.#setColouring({ kind: 'timepoint' }, this.timepoints && colouringOfTimepoints(this.timepoints));
  }

  async #readColouring(dataset: string, by: Exclude<ColourBy, { kind: 'timepoint' }>): Promise<void> {
    const mark = this.#decisions.mark();
    const title = `Reading ${colourWords(by)}`;
    const outcome = await this.#tasks.run('colouring', title, this.#colouringRequest(dataset, by));
    if (outcome.kind === 'replaced') return;
    if (outcome.kind === 'done') {
      const { result } = outcome;
      this.#setColouring(by, result instanceof Float32Array ? { kind: 'numbers', values: result } : result);
    } else if (outcome.kind === 'cancelled' && this.#decisions.withdraw(mark, 'colourBy')) {
      // what is shown may be of a choice before the one that is gone back to
      this.#asked.colouring = this.#colourKey(this.colouredBy);
      this.follow(dataset);
    } else {
      this.forget('colouring');
      this.#setColouring(by, null);
    }
  }

  /** The score of genes depends on how the expression is taken. */
  #colourKey(by: ColourBy | null): string {
    return JSON.stringify(by?.kind === 'growth' ? this.#colouringRequest('', by) : by);
  }

  #colouringRequest(dataset: string, by: Exclude<ColourBy, { kind: 'timepoint' }>) {
    switch (by.kind) {
      case 'column':
        return { kind: 'obs', dataset, column: by.column } as const;
      case 'gene':
        return { kind: 'gene', dataset, column: by.gene.column } as const;
      case 'growth': {
        const { expression, expressionState, targetSum } = preparationOf(this.#decisions.choices.experiment);
        return { kind: 'growth', dataset, expression, expressionState, targetSum } as const;
      }
    }
  }

  /** @param colouring null: there is none, and the one before would be taken for it */
  #setColouring(by: ColourBy | null, colouring: Colouring | null): void {
    this.hidden = new Set();
    this.colouredBy = by;
    this.colouring = colouring;
  }

  #followView(dataset: string): void {
    const { view } = this.#decisions.choices;
    const key = JSON.stringify(view);
    if (key === this.#asked.positions || view === null) return;
    this.#asked.positions = key;
    const mark = this.#decisions.mark();
    const request = { kind: 'positions', dataset, ...view } as const;
    void this.#tasks.run('positions', `Reading ${view.embedding}`, request).then((outcome) => {
      if (outcome.kind === 'replaced') return;
      if (outcome.kind === 'done') this.positions = { view, values: outcome.result };
      else if (outcome.kind === 'cancelled' && this.#decisions.withdraw(mark, 'view')) {
        this.#asked.positions = JSON.stringify(this.positions?.view ?? null);
        this.follow(dataset);
      } else this.forget('positions');
    });
  }
}

function complete(edits: Change['timepoints']) {
  return edits?.map(({ labels, time = null, name = null }) => ({ labels, time, name })) ?? null;
}
