import { formatCount } from '../../engine/figures/words.ts';
import type {
  Colouring,
  EmbeddingInfo,
  FileInfo,
  OpenedDataset,
  Request,
  Results,
} from '../../engine/host/protocol.ts';
import type { EngineClient, Platform } from '../client/engine-client.ts';
import { combineSelection, type SelectionMode, selectedRows } from '../map/selection.ts';
import {
  type Change,
  type Choices,
  type ColourBy,
  NO_CHOICES,
  preparationKey,
  preparationOf,
  timepointsKey,
  type View,
  withChange,
} from './choices.ts';
import { colourWords } from './colour-words.ts';
import { colouringOfTimepoints } from './colouring.ts';
import { amend, type History, record, redo, startHistory, undo } from './history.ts';
import { firstView, mergeEmbeddings } from './map-view.ts';
import { Notices } from './notices.svelte.ts';
import { countSelected } from './selection.ts';
import { type StepId, stepsOf } from './steps.ts';
import { type Area, Tasks } from './tasks.svelte.ts';

type Timepoints = Results['timepoints'];
type KeepLabel = Extract<Request, { kind: 'label' }>;
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
 * All that the interface knows: what the user decided (`choices`, with undo), what the engine gave for it, and what is
 * looked at. Decisions are plain data; results are never changed in place.
 */
export class Session {
  readonly client: EngineClient;
  readonly platform: Platform;
  readonly tasks: Tasks;
  readonly notices = new Notices();

  step = $state<StepId>('data');
  dataset = $state.raw<OpenedDataset | null>(null);
  embeddings = $state.raw<EmbeddingInfo[]>([]);
  timepoints = $state.raw<Timepoints | null>(null);
  prepared = $state.raw<Prepared | null>(null);
  /** `view`: what these are positions in */
  positions = $state.raw<{ view: View; values: Float32Array } | null>(null);
  colouring = $state.raw<Colouring | null>(null);
  /** what the colouring is of; the choice may be ahead of it */
  colouredBy = $state.raw<ColourBy | null>(null);
  /** categories of the colouring that are not shown */
  hidden = $state.raw<ReadonlySet<number>>(new Set());
  selection = $state.raw<Uint8Array | null>(null);
  hovered = $state<number | null>(null);
  /** the engine is gone and none has taken its place */
  lost = $state(false);

  #history = $state.raw(startHistory<Choices>(NO_CHOICES));
  #source: Source | null = null;
  /** kept, so that an engine that was started again can be told */
  #labels: KeepLabel[] = [];
  #asked = { timepoints: '', colouring: '', positions: '' };
  /** what was prepared last, or could not be */
  #tried = '';

  constructor(client: EngineClient, platform: Platform) {
    this.client = client;
    this.platform = platform;
    this.tasks = new Tasks(client);
    client.onLost?.(() => {
      this.lost = true;
    });
    client.onRestart(() => {
      this.lost = false;
      void this.#afterRestart();
    });
    platform.onOpenFiles((files) => void this.open(files));
  }

  choices = $derived(this.#history.present);
  canUndo = $derived(this.#history.past.at(-1)?.done ?? null);
  canRedo = $derived(this.#history.future[0]?.done ?? null);
  selected = $derived(countSelected(this.selection));
  steps = $derived(
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
  async chooseFiles(): Promise<void> {
    try {
      await this.open(await this.platform.pickFiles());
    } catch (error) {
      this.step = 'data';
      this.tasks.fail('open', error);
    }
  }

  async dropFiles(files: readonly File[]): Promise<void> {
    try {
      await this.open(await this.platform.droppedFiles(files));
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
    for (const area of ['timepoints', 'prepare', 'positions', 'colouring', 'subset', 'label'] as const)
      this.tasks.clear(area);
    this.#asked = { timepoints: '', colouring: '', positions: '' };
    this.#labels = [];
    this.dataset = opened;
    this.embeddings = opened.embeddings;
    this.timepoints = null;
    this.prepared = null;
    this.positions = null;
    this.#setColouring(null, null);
    this.selection = null;
    this.hovered = null;
    this.step = 'data';
    const best = opened.timeColumns[0]?.name;
    const column = opened.obs.find(({ kind }) => kind === 'categorical' || kind === 'string')?.name;
    this.#history = startHistory<Choices>({
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
    this.#history = record(this.#history, { ...this.choices, ...change }, done);
    this.#follow();
  }

  undo(): void {
    const done = this.canUndo;
    if (done === null) return;
    this.#history = undo(this.#history);
    this.notices.say(`Undone: ${done}`);
    this.#follow();
  }

  redo(): void {
    const done = this.canRedo;
    if (done === null) return;
    this.#history = redo(this.#history);
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
    this.selection = this.dataset && combineSelection(this.selection, rows, mode, this.dataset.nObs);
  }

  deselect(): void {
    this.selection = null;
  }

  async prepare(): Promise<void> {
    const { dataset } = this;
    if (!dataset) return;
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
    this.#asked.positions = '';
    const view = this.embeddings.some(({ name }) => name === result.map)
      ? ({ embedding: result.map, components: [0, 1] } as View)
      : (this.choices.view ?? firstView(this.embeddings));
    this.#history = amend(this.#history, { ...this.choices, view });
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
    this.#labels.push(request);
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
    if (colourBy?.kind === 'column' && colourBy.column === name) this.#asked.colouring = '';
    if (where.some(({ column }) => column === name)) this.#asked.timepoints = '';
    else if (batch !== name) return;
    if (this.prepared) this.prepared = { ...this.prepared, key: '' };
  }

  /** Asks the engine for whatever the choices need and was not asked for yet. */
  #follow(): void {
    if (!this.dataset) return;
    this.#followTimepoints(this.dataset.dataset);
    this.#followColouring(this.dataset.dataset);
    this.#followView(this.dataset.dataset);
    // what was wrong with other choices
    if (this.#tried !== preparationKey(this.choices.experiment)) this.tasks.problems.delete('prepare');
    const files = this.#source?.kind === 'open' ? this.#source.files : [];
    this.platform.setDocument({
      title: this.dataset.name,
      unsaved: this.#labels.length > 0 || this.prepared !== null,
      ...(files.length === 1 && { file: files[0]! }),
    });
  }

  #followTimepoints(dataset: string): void {
    const { time, timepoints = null, where = [] } = this.choices.experiment;
    const key = timepointsKey(this.choices.experiment);
    if (time === undefined || key === this.#asked.timepoints) return;
    this.#asked.timepoints = key;
    const request = { kind: 'timepoints', dataset, time, timepoints: complete(timepoints), where } as const;
    void this.tasks.run('timepoints', 'Reading the timepoints', request).then((outcome) => {
      if (outcome.kind === 'replaced') return;
      if (outcome.kind === 'cancelled') this.#asked.timepoints = '';
      this.timepoints = outcome.kind === 'done' ? outcome.result : null;
      if (this.choices.colourBy?.kind === 'timepoint') this.#colourByTimepoint();
    });
  }

  /** Asks again for what was cancelled. */
  readTimepoints(): void {
    this.#asked.timepoints = '';
    this.#follow();
  }

  #followColouring(dataset: string): void {
    const { colourBy } = this.choices;
    const key = JSON.stringify(colourBy);
    if (key === this.#asked.colouring) return;
    this.#asked.colouring = key;
    if (colourBy === null) this.#setColouring(null, null);
    else if (colourBy.kind === 'timepoint') this.#colourByTimepoint();
    else void this.#readColouring(dataset, colourBy);
  }

  #colourByTimepoint(): void {
    this.tasks.clear('colouring');
    // without timepoints there is nothing to show, and what was shown before would be taken for it
    this.#setColouring({ kind: 'timepoint' }, this.timepoints && colouringOfTimepoints(this.timepoints));
  }

  async #readColouring(dataset: string, by: Exclude<ColourBy, { kind: 'timepoint' }>): Promise<void> {
    const before = this.#history;
    const title = `Reading ${colourWords(by)}`;
    const outcome =
      by.kind === 'column'
        ? await this.tasks.run('colouring', title, { kind: 'obs', dataset, column: by.column })
        : await this.tasks.run('colouring', title, { kind: 'gene', dataset, column: by.gene.column });
    if (outcome.kind === 'replaced') return;
    if (outcome.kind === 'done') {
      const { result } = outcome;
      this.#setColouring(by, result instanceof Float32Array ? { kind: 'numbers', values: result } : result);
    } else this.#giveUp('colouring', outcome.kind, before);
  }

  #setColouring(by: ColourBy | null, colouring: Colouring | null): void {
    this.hidden = new Set();
    this.colouredBy = by;
    this.colouring = colouring;
  }

  /** What failed can be asked for again; what was cancelled is as if it had not been chosen. */
  #giveUp(what: 'colouring' | 'positions', how: 'failed' | 'cancelled', before: History<Choices>): void {
    this.#asked[what] = '';
    if (how === 'failed' || this.#history !== before || before.past.length === 0) return;
    this.#history = undo(before);
    this.#asked[what] = JSON.stringify(what === 'colouring' ? this.choices.colourBy : this.choices.view);
  }

  #followView(dataset: string): void {
    const { view } = this.choices;
    const key = JSON.stringify(view);
    if (key === this.#asked.positions || view === null) return;
    this.#asked.positions = key;
    const before = this.#history;
    const request = { kind: 'positions', dataset, ...view } as const;
    void this.tasks.run('positions', `Reading ${view.embedding}`, request).then((outcome) => {
      if (outcome.kind === 'done') this.positions = { view, values: outcome.result };
      else if (outcome.kind !== 'replaced') this.#giveUp('positions', outcome.kind, before);
    });
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
    let { obs } = opened;
    for (const label of this.#labels) {
      // a label that cannot be kept again is missing from the list, which the next line shows
      obs = await this.client.request<KeepLabel>({ ...label, dataset: opened.dataset }).catch(() => obs);
    }
    this.dataset = { ...opened, obs };
    const lost = this.prepared !== null;
    this.prepared = null;
    this.embeddings = opened.embeddings;
    this.notices.say(
      `The engine had stopped and was started again. Your choices are as they were.${
        lost ? ' What was computed has to be computed again: Prepare.' : ''
      }`,
    );
    this.#asked.timepoints = '';
    this.#follow();
  }
}

function complete(edits: Change['timepoints']) {
  return edits?.map(({ labels, time = null, name = null }) => ({ labels, time, name })) ?? null;
}
