import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { RunInfo, RunResults } from '../../engine/host/protocol.ts';
import { type Change, trainingKey } from './choices.ts';
import type { SessionParts } from './parts.ts';

/** The runs of the open file, and what came out of them. */
export class Runs {
  /** all that the engine knows and the user did not delete, the newest first */
  readonly list = $derived.by((): readonly RunInfo[] => {
    const { removedRuns, runNames } = this.#parts.decisions.choices;
    return this.#all
      .filter(({ run }) => !removedRuns.includes(run))
      .map((info) => (runNames[info.run] === undefined ? info : { ...info, name: runNames[info.run]! }));
  });
  /** the one that is looked at; null: there is none that is done */
  readonly current = $derived.by(
    (): RunInfo | null =>
      this.list.find(({ run, state }) => run === this.#chosen && state === 'done') ??
      this.list.find(({ state }) => state === 'done') ??
      null,
  );
  /** of the current one; null: none, or not read yet */
  readonly results = $derived.by((): RunResults | null =>
    this.current === null ? null : this.resultsOf(this.current.run),
  );
  /** side by side, in the order of the list */
  readonly compared = $derived.by((): RunInfo[] => this.list.filter(({ run }) => this.#compared.has(run)));

  #all = $state.raw<readonly RunInfo[]>([]);
  #chosen = $state<string | null>(null);
  readonly #compared = new SvelteSet<string>();
  readonly #results = new SvelteMap<string, RunResults>();
  /** `trainingKey` of those trained since the file was opened: the engine may complete what it was asked for */
  readonly #keys = new SvelteMap<string, string>();
  readonly #parts: SessionParts;
  /** what the engine was told */
  #told: { removed: readonly string[]; names: Readonly<Record<string, string>> } = { removed: [], names: {} };

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Another file is open. */
  clear(): void {
    for (const area of ['runs', 'run', 'export'] as const) this.#parts.tasks.clear(area);
    this.#all = [];
    this.#chosen = null;
    this.#compared.clear();
    this.#results.clear();
    this.#keys.clear();
    this.#told = { removed: [], names: {} };
  }

  /** Reads which runs the file has. @param first the one to look at; null: as before, else the newest */
  async read(first: string | null = null): Promise<void> {
    const { tasks, dataset } = this.#parts;
    if (!dataset) return;
    const outcome = await tasks.run('runs', 'Looking for runs', { kind: 'runs', dataset: dataset.dataset });
    if (outcome.kind !== 'done') return;
    this.#all = outcome.result;
    if (first !== null) this.#chosen = first;
    await this.#readResults();
  }

  /** One that was just trained: it is looked at from now on. @param key `trainingKey` of what was asked for */
  add(info: RunInfo, key: string): void {
    this.#keys.set(info.run, key);
    this.#all = [info, ...this.#all.filter(({ run }) => run !== info.run)];
    this.choose(info.run);
  }

  choose(run: string): void {
    this.#chosen = run;
    void this.#readResults();
  }

  /** What was read of a run; `compare` and `choose` read it. */
  resultsOf(run: string): RunResults | null {
    const found = this.#results.get(run);
    if (!found) return null;
    const info = this.list.find((one) => one.run === run);
    return info ? { ...found, info } : found;
  }

  isCompared(run: string): boolean {
    return this.#compared.has(run);
  }

  compare(run: string, on: boolean): void {
    if (on) this.#compared.add(run);
    else this.#compared.delete(run);
    if (on) void this.#readOne(run);
  }

  /** Can be undone. */
  rename(run: string, name: string): void {
    const { decisions } = this.#parts;
    const before = this.list.find((one) => one.run === run)?.name;
    const wanted = name.trim();
    if (wanted === '' || wanted === before) return;
    const { runNames } = decisions.choices;
    decisions.decide({ runNames: { ...runNames, [run]: wanted } }, `name a run ${wanted}`);
    this.#parts.follow();
  }

  /** Can be undone. */
  remove(run: string): void {
    const { decisions, notices } = this.#parts;
    const name = this.list.find((one) => one.run === run)?.name;
    if (name === undefined) return;
    const { removedRuns } = decisions.choices;
    decisions.decide({ removedRuns: [...removedRuns, run] }, `delete ${name}`);
    this.#parts.follow();
    notices.say(`Deleted ${name}.`, { label: 'Undo', run: () => this.#bringBack(run, name) });
  }

  /** Whether the run that is looked at is of other choices than there are now. */
  isStale(experiment: Change): boolean {
    const { current } = this;
    return current !== null && this.keyOf(current) !== trainingKey(experiment);
  }

  keyOf({ run, experiment }: RunInfo): string {
    return this.#keys.get(run) ?? trainingKey(experiment);
  }

  /** Tells the engine what was deleted, brought back or named since. */
  follow(): void {
    const { removedRuns: removed, runNames: names } = this.#parts.decisions.choices;
    const before = this.#told;
    this.#told = { removed, names };
    for (const run of removed) if (!before.removed.includes(run)) this.#tell({ kind: 'delete run', run });
    for (const run of before.removed) if (!removed.includes(run)) this.#tell({ kind: 'restore run', run });
    for (const run of new Set([...Object.keys(before.names), ...Object.keys(names)])) {
      if (before.names[run] === names[run] || removed.includes(run)) continue;
      const name = names[run] ?? this.#all.find((one) => one.run === run)?.name;
      if (name !== undefined) this.#tell({ kind: 'rename run', run, name });
    }
    // another one may be looked at now
    if (removed !== before.removed) void this.#readResults();
  }

  #tell(
    request:
      | { kind: 'delete run' | 'restore run'; run: string }
      | { kind: 'rename run'; run: string; name: string },
  ): void {
    const { client, dataset, tasks } = this.#parts;
    if (!dataset) return;
    client.request({ ...request, dataset: dataset.dataset }).catch((error) => {
      tasks.fail('runs', error);
      // the list shows what is there
      void this.#readAgain();
    });
  }

  async #readAgain(): Promise<void> {
    const { client, dataset } = this.#parts;
    if (!dataset) return;
    this.#all = await client.request({ kind: 'runs', dataset: dataset.dataset }).catch(() => this.#all);
  }

  #bringBack(run: string, name: string): void {
    const { decisions } = this.#parts;
    const removedRuns = decisions.choices.removedRuns.filter((one) => one !== run);
    decisions.decide({ removedRuns }, `bring ${name} back`);
    this.#parts.follow();
  }

  /** Of the run that is looked at, where that was not read yet. */
  async #readResults(): Promise<void> {
    if (this.current) await this.#readOne(this.current.run, 'run');
  }

  async #readOne(run: string, area?: 'run'): Promise<void> {
    const { tasks, client, dataset } = this.#parts;
    if (!dataset || this.#results.has(run)) {
      this.#parts.follow();
      return;
    }
    const request = { kind: 'run', dataset: dataset.dataset, run } as const;
    if (area) {
      const outcome = await tasks.run(area, 'Reading the run', request);
      if (outcome.kind !== 'done') return;
      this.#results.set(run, outcome.result);
      this.#parts.follow();
      return;
    }
    const result = await client.request(request).catch((error) => void tasks.fail('run', error));
    if (result) this.#results.set(run, result);
  }
}
