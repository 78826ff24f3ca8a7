import { SvelteMap } from 'svelte/reactivity';
import { formatCount } from '../../engine/figures/words.ts';
import type {
  EmbeddingInfo,
  FileInfo,
  OpenedDataset,
  Preparation,
  Request,
} from '../../engine/host/protocol.ts';
import type { EngineClient, Platform } from '../client/engine-client.ts';
import { type SelectionMode, selectedRows } from '../map/selection.ts';
import { Answers } from './answers.svelte.ts';
import { CellSelection } from './cell-selection.svelte.ts';
import {
  type Change,
  type Choices,
  type ColourBy,
  preparationKey,
  preparationOf,
  timepointsKey,
  type View,
  withChange,
} from './choices.ts';
import { colourWords } from './colour-words.ts';
import { Decisions } from './decisions.svelte.ts';
import { KeptLabels } from './kept-labels.ts';
import { firstView, mergeEmbeddings } from './map-view.ts';
import { Notices } from './notices.svelte.ts';
import { type StepId, stepsOf } from './steps.ts';
import { type Area, Tasks } from './tasks.svelte.ts';

type Source = Extract<Request, { kind: 'open' | 'example' }>;

/** What was computed last, and from which choices. */
interface Prepared {
  key: string;
  notes: string[];
}

const AREAS_OF_STEP: Record<StepId, Area[]> = {
  data: ['open'],
  timepoints: ['timepoints'],
  prepare: ['prepare'],
  embed: ['positions'],
};

/**
 * All that the interface knows: what is open and was prepared, what the user decided (`Decisions`), what the engine
 * answered (`Answers`), and which cells are chosen (`CellSelection`).
 */
export class Session {
  readonly client: EngineClient;
  readonly platform: Platform;
  readonly tasks: Tasks;
  readonly notices = new Notices();

  step = $state<StepId>('data');
  dataset = $state.raw<OpenedDataset | null>(null);
  embeddings = $state.raw<EmbeddingInfo[]>([]);
  prepared = $state.raw<Prepared | null>(null);
  /** the engine is gone and none has taken its place */
  lost = $state(false);
  /** options whose field shows what cannot be taken, and why: what is on the screen is not what would be run */
  readonly refused = new SvelteMap<keyof Preparation, string>();

  readonly #decisions = new Decisions();
  readonly #answers: Answers;
  readonly #cells = new CellSelection();
  readonly #labels = new KeptLabels();
  #source: Source | null = null;
  /** what was prepared last, or could not be */
  #tried = '';

  constructor(client: EngineClient, platform: Platform) {
    this.client = client;
    this.platform = platform;
    this.tasks = new Tasks(client);
    this.#answers = new Answers(this.tasks, this.#decisions);
    client.onLost?.(() => {
      this.lost = true;
    });
    client.onRestart(() => {
      this.lost = false;
      void this.#afterRestart();
    });
    platform.onOpenFiles((files) => void this.open(files));
  }

  readonly choices = $derived(this.#decisions.choices);
  readonly canUndo = $derived(this.#decisions.canUndo);
  readonly canRedo = $derived(this.#decisions.canRedo);
  readonly timepoints = $derived.by(() => this.#answers.timepoints);
  readonly positions = $derived.by(() => this.#answers.positions);
  readonly colouring = $derived.by(() => this.#answers.colouring);
  readonly colouredBy = $derived.by(() => this.#answers.colouredBy);
  readonly selection = $derived(this.#cells.mask);
  readonly selected = $derived(this.#cells.count);

  readonly steps = $derived(
    stepsOf({
      open: this.dataset !== null,
      choices: this.choices,
      embeddings: this.embeddings,
      timepointLabels: this.timepoints?.labels ?? null,
      preparedKey: this.prepared?.key ?? null,
      placed: this.positions !== null,
      running: this.#stepsWith((area) => this.tasks.running.has(area)),
      problems: this.#stepsWith((area) => this.tasks.problems.has(area)),
    }),
  );

  get hidden() {
    return this.#answers.hidden;
  }
  set hidden(codes: ReadonlySet<number>) {
    this.#answers.hidden = codes;
  }

  get hovered() {
    return this.#cells.hovered;
  }
  set hovered(row: number | null) {
    this.#cells.hovered = row;
  }

  #stepsWith(holds: (area: Area) => boolean): Set<StepId> {
    return new Set((Object.keys(AREAS_OF_STEP) as StepId[]).filter((id) => AREAS_OF_STEP[id].some(holds)));
  }

  async open(files: readonly FileInfo[]): Promise<void> {
    if (files.length === 0) return;
    const what = files.length === 1 ? files[0]!.name : `${files.length} files`;
    await this.#openSource({ kind: 'open', files: files.map(({ handle }) => handle) }, `Opening ${what}`);
  }

  async openExample(): Promise<void> {
    await this.#openSource({ kind: 'example' }, 'Opening the example');
  }

  /** Lets the user choose files, then opens them. */
  chooseFiles(): Promise<void> {
    return this.#openGiven(() => this.platform.pickFiles());
  }

  dropFiles(files: readonly File[]): Promise<void> {
    return this.#openGiven(() => this.platform.droppedFiles(files));
  }

  async #openGiven(files: () => Promise<FileInfo[]>): Promise<void> {
    try {
      await this.open(await files());
    } catch (error) {
      this.step = 'data';
      this.tasks.fail('open', error);
    }
  }

  async #openSource(source: Source, title: string): Promise<void> {
    // where its progress and what is wrong with it are shown
    this.step = 'data';
    const outcome = await this.tasks.run('open', title, source);
    if (outcome.kind !== 'done') return;
    const before = this.dataset;
    this.#source = source;
    this.#start(outcome.result);
    if (before) void this.client.request({ kind: 'close', dataset: before.dataset }).catch(() => {});
  }

  #start(opened: OpenedDataset): void {
    for (const area of ['prepare', 'subset', 'label'] as const) this.tasks.clear(area);
    this.#answers.clear();
    this.#cells.clear();
    this.#labels.clear();
    this.dataset = opened;
    this.embeddings = opened.embeddings;
    this.prepared = null;
    this.step = 'data';
    const best = opened.timeColumns[0]?.name;
    const column = opened.obs.find(({ kind }) => kind === 'categorical' || kind === 'string')?.name;
    this.#decisions.start({
      experiment: best === undefined ? {} : { time: best },
      colourBy:
        best !== undefined ? { kind: 'timepoint' } : column === undefined ? null : { kind: 'column', column },
      view: firstView(opened.embeddings),
      agreed: null,
    });
    this.#follow();
  }

  /** Options of the experiment; conditions on cells are added to those there. */
  change(change: Change, done: string): void {
    this.decide({ experiment: withChange(this.choices.experiment, change) }, done);
  }

  decide(change: Partial<Choices>, done: string): void {
    this.#decisions.decide(change, done);
    this.#follow();
  }

  undo(): void {
    const done = this.#decisions.undo();
    if (done === null) return;
    this.notices.say(`Undone: ${done}`);
    this.#follow();
  }

  redo(): void {
    const done = this.#decisions.redo();
    if (done === null) return;
    this.notices.say(`Done again: ${done}`);
    this.#follow();
  }

  agree(): void {
    this.decide({ agreed: timepointsKey(this.choices.experiment) }, 'agree to the timepoints');
    this.step = 'prepare';
  }

  colour(colourBy: ColourBy): void {
    this.decide({ colourBy }, `colour by ${colourWords(colourBy)}`);
  }

  show(view: View): void {
    this.decide({ view }, `show ${view.embedding}`);
  }

  select(rows: Int32Array, mode: SelectionMode = 'replace'): void {
    if (this.dataset) this.#cells.select(rows, mode, this.dataset.nObs);
  }

  deselect(): void {
    this.#cells.mask = null;
  }

  /** Does nothing while a field shows what cannot be taken. */
  async prepare(): Promise<void> {
    const { dataset } = this;
    if (!dataset || this.refused.size > 0) return;
    const { experiment } = this.choices;
    const request = {
      kind: 'prepare',
      dataset: dataset.dataset,
      preparation: preparationOf(experiment),
    } as const;
    this.#tried = preparationKey(experiment);
    const outcome = await this.tasks.run('prepare', 'Preparing the cells', request);
    if (outcome.kind !== 'done') return;
    const { result } = outcome;
    this.prepared = { key: preparationKey(experiment), notes: result.notes };
    this.embeddings = mergeEmbeddings(this.embeddings, result.embeddings);
    this.#answers.forget('positions');
    const view = this.embeddings.some(({ name }) => name === result.map)
      ? ({ embedding: result.map, components: [0, 1] } as View)
      : (this.choices.view ?? firstView(this.embeddings));
    this.#decisions.amend({ view });
    this.notices.say('The cells are prepared.');
    this.#follow();
  }

  /** Keeps the chosen cells as a column of the session. @returns whether it could be done */
  async keepLabel(name: string, label: string): Promise<boolean> {
    const { dataset, selection } = this;
    if (!dataset || !selection) return false;
    const rows = Int32Array.from(selectedRows(selection));
    const request = { kind: 'label', dataset: dataset.dataset, name, label, rows } as const;
    const outcome = await this.tasks.run('label', 'Keeping the label', request);
    if (outcome.kind !== 'done') return false;
    this.#labels.add(request);
    this.dataset = { ...dataset, obs: outcome.result };
    this.notices.say(`Kept ${formatCount(rows.length)} cells as ${label} in ${name}.`);
    this.#columnChanged(name);
    this.colour({ kind: 'column', column: name });
    return true;
  }

  /** What was read or computed from a column before it changed is asked for again, or said to be of before. */
  #columnChanged(name: string): void {
    const { where = [], batch } = this.choices.experiment;
    const { colourBy } = this.choices;
    if (colourBy?.kind === 'column' && colourBy.column === name) this.#answers.forget('colouring');
    if (where.some(({ column }) => column === name)) this.#answers.forget('timepoints');
    else if (batch !== name) return;
    if (this.prepared) this.prepared = { ...this.prepared, key: '' };
  }

  /** Asks the engine for whatever the choices need and was not asked for yet. */
  #follow(): void {
    if (!this.dataset) return;
    this.#answers.follow(this.dataset.dataset);
    // what was wrong with other choices
    if (this.#tried !== preparationKey(this.choices.experiment)) this.tasks.problems.delete('prepare');
    const files = this.#source?.kind === 'open' ? this.#source.files : [];
    this.platform.setDocument({
      title: this.dataset.name,
      unsaved: this.#labels.any || this.prepared !== null,
      ...(files.length === 1 && { file: files[0]! }),
    });
  }

  /** Asks again for what was cancelled. */
  readTimepoints(): void {
    this.#answers.forget('timepoints');
    this.#follow();
  }

  /** A new engine knows nothing: it is told again what was open, and what has to be computed again is said. */
  async #afterRestart(): Promise<void> {
    if (!this.#source || !this.dataset) {
      this.notices.say('The engine had stopped and was started again.');
      return;
    }
    const outcome = await this.tasks.run('open', 'Opening the file again', this.#source);
    if (outcome.kind !== 'done') return;
    const opened = outcome.result;
    this.dataset = { ...opened, obs: await this.#labels.tellAgain(this.client, opened) };
    const lost = this.prepared !== null;
    this.prepared = null;
    this.embeddings = opened.embeddings;
    this.notices.say(
      `The engine had stopped and was started again. Your choices are as they were.${
        lost ? ' What was computed has to be computed again: Prepare.' : ''
      }`,
    );
    this.#answers.forget('timepoints');
    this.#follow();
  }
}
