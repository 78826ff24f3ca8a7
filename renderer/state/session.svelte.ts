import { formatCount } from '../../engine/figures/words.ts';
import type { FileInfo, OpenedDataset, RunInfo } from '../../engine/host/protocol.ts';
import type { EngineClient, Platform } from '../client/engine-client.ts';
import { type SelectionMode, selectedRows } from '../map/selection.ts';
import { Answers } from './answers.svelte.ts';
import { CellSelection } from './cell-selection.svelte.ts';
import {
  type Change,
  type Choices,
  type ColourBy,
  choicesOfRun,
  timepointsKey,
  trainingKey,
  type View,
  withChange,
} from './choices.ts';
import { colourWords } from './colour-words.ts';
import { Decisions } from './decisions.svelte.ts';
import { FigureView } from './figure-view.svelte.ts';
import { firstChoices } from './first-choices.ts';
import { Journey } from './journey.svelte.ts';
import { KeptLabels } from './kept-labels.ts';
import { Notices } from './notices.svelte.ts';
import { Opening } from './opening.ts';
import type { SessionParts } from './parts.ts';
import { PreparedCells } from './prepared-cells.svelte.ts';
import { Question } from './question.svelte.ts';
import { restartWords } from './restarting.ts';
import { Runs } from './runs.svelte.ts';
import { SHOWS_JOURNEY, type StepId, stepsOf } from './steps.ts';
import { type Area, Tasks } from './tasks.svelte.ts';
import { Training } from './training.svelte.ts';

const AREAS_OF_STEP: Record<StepId, Area[]> = {
  data: ['open'],
  timepoints: ['timepoints'],
  prepare: ['prepare'],
  embed: ['positions'],
  train: ['train'],
  explore: ['follow', 'arrows', 'gene along'],
  evaluate: ['run'],
  export: ['export'],
};

/**
 * All that the interface knows: what is open, what the user decided (`Decisions`), what the engine answered (`Answers`), which
 * cells are chosen (`CellSelection`), and, each in its part: what was prepared, the training, its runs, the cells that are followed.
 */
export class Session {
  readonly client: EngineClient;
  readonly platform: Platform;
  readonly tasks: Tasks;
  readonly notices = new Notices();
  readonly question = new Question();
  readonly cells: PreparedCells;
  readonly training: Training;
  readonly runs: Runs;
  /** what the middle shows while a run is evaluated */
  readonly figures = new FigureView();
  readonly journey: Journey;

  dataset = $state.raw<OpenedDataset | null>(null);
  /** the engine is gone and none has taken its place */
  lost = $state(false);

  #step = $state<StepId>('data');
  readonly #decisions = new Decisions();
  readonly #answers: Answers;
  readonly #cells = new CellSelection();
  readonly #labels = new KeptLabels();
  readonly #opening: Opening;

  constructor(client: EngineClient, platform: Platform) {
    this.client = client;
    this.platform = platform;
    this.tasks = new Tasks(client);
    this.#answers = new Answers(this.tasks, this.#decisions);
    const parts = this.#parts();
    this.#opening = new Opening(parts, {
      mayLeave: () => this.#labels.mayLeave(this.question),
      watch: () => {
        this.step = 'data';
      },
      start: (opened) => this.#start(opened),
    });
    this.cells = new PreparedCells(parts);
    this.runs = new Runs(parts);
    this.journey = new Journey(parts, this.runs, this.#answers, this.#cells);
    this.training = new Training(parts, {
      prepare: async () => !this.cells.needed || (await this.prepare()),
      ended: (run, key) => this.runs.add(run, key),
    });
    client.onLost?.(() => {
      this.lost = true;
    });
    client.onRestart(() => {
      this.lost = false;
      void this.#afterRestart();
    });
    platform.onOpenFiles((files) => void this.open(files));
  }

  #parts(): SessionParts {
    const session = this;
    return {
      client: this.client,
      platform: this.platform,
      tasks: this.tasks,
      notices: this.notices,
      decisions: this.#decisions,
      get dataset() {
        return session.dataset;
      },
      follow: () => this.#follow(),
    };
  }

  get step(): StepId {
    return this.#step;
  }
  /** What a step shows is asked for when it is opened. */
  set step(step: StepId) {
    this.#step = step;
    this.#follow();
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

  readonly steps = $derived.by(() =>
    stepsOf({
      open: this.dataset !== null,
      choices: this.choices,
      embeddings: this.embeddings,
      timepointLabels: this.timepoints?.labels ?? null,
      preparedKey: this.prepared?.key ?? null,
      placed: this.positions !== null,
      training: this.training.running
        ? { share: this.training.share, secondsLeft: this.training.secondsLeft, held: this.training.held }
        : null,
      runs: this.runs.list.filter(({ state }) => state === 'done').length,
      run: this.runs.current && {
        name: this.runs.current.name,
        stale: this.runs.isStale(this.choices.experiment),
      },
      refused: this.refused.size > 0,
      running: this.#stepsWith((area) => this.tasks.running.has(area)),
      problems: this.#stepsWith((area) => this.tasks.problems.has(area)),
    }),
  );

  get embeddings() {
    return this.cells.embeddings;
  }
  get prepared() {
    return this.cells.prepared;
  }
  get refused() {
    return this.cells.refused;
  }

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

  open(files: readonly FileInfo[]): Promise<void> {
    return this.#opening.files(files);
  }

  openExample(): Promise<void> {
    return this.#opening.example();
  }

  /** Lets the user choose files, then opens them. */
  chooseFiles(): Promise<void> {
    return this.#opening.given(() => this.platform.pickFiles());
  }

  dropFiles(files: readonly File[]): Promise<void> {
    return this.#opening.given(() => this.platform.droppedFiles(files));
  }

  /** The cells are written with their labels now. @returns to be called when they are */
  savingLabels(): () => void {
    const saved = this.#labels.saving();
    return () => {
      saved();
      this.#follow();
    };
  }

  #start(opened: OpenedDataset): void {
    for (const area of ['subset', 'label'] as const) this.tasks.clear(area);
    this.training.clear();
    this.journey.clear();
    this.runs.clear();
    this.#answers.clear();
    this.#cells.clear();
    this.#labels.clear();
    this.dataset = opened;
    this.cells.start(opened.embeddings);
    this.#step = opened.run === undefined ? 'data' : 'evaluate';
    this.#decisions.start(firstChoices(opened));
    this.#follow();
    void this.runs.read(opened.run ?? null).then(() => this.#takeUp(opened));
  }

  /** Where the user left off: with the choices of the last run, if nothing was decided since the file was opened. */
  #takeUp(opened: OpenedDataset): void {
    const [newest] = this.runs.list;
    if (this.dataset !== opened || opened.experiment || !newest || this.canUndo !== null) return;
    const experiment = choicesOfRun(newest);
    this.#decisions.amend({ experiment, agreed: timepointsKey(experiment) });
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
    this.step = 'train';
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

  /** Does nothing while a field shows what cannot be taken. @returns whether it was done */
  async prepare(): Promise<boolean> {
    if (!(await this.cells.compute())) return false;
    this.#answers.forget('positions');
    this.notices.say('The cells are prepared.');
    this.#follow();
    return true;
  }

  /** Does nothing while a field shows what cannot be taken. */
  async train(): Promise<void> {
    if (this.refused.size > 0) return;
    await this.training.start();
    this.#follow();
    const { ended } = this.training;
    if (!ended || this.step === 'train') return;
    this.notices.say(`${ended.name} is done.`, {
      label: 'See the verdict',
      run: () => {
        this.step = 'evaluate';
      },
    });
  }

  /** Takes the choices of a run again; the timepoints are those of the file that is open. */
  useChoicesOf(run: RunInfo): void {
    this.decide({ experiment: choicesOfRun(run) }, `use the choices of ${run.name}`);
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
    this.cells.expire();
  }

  /** Asks the engine for whatever the choices need and was not asked for yet. */
  #follow(): void {
    if (!this.dataset) return;
    this.#answers.follow(this.dataset.dataset);
    this.cells.follow();
    this.training.forgive();
    this.runs.follow();
    this.journey.follow(SHOWS_JOURNEY.has(this.step) || this.#justTrained);
    if (this.step === 'train') this.training.follow(this.#estimateKey());
    const { file } = this.#opening;
    this.platform.setDocument({
      title: this.dataset.name,
      unsaved: this.#labels.unsaved.length > 0 || this.prepared !== null,
      ...(file !== undefined && { file }),
    });
  }

  /** What appeared while it was trained stays where it is. */
  get #justTrained(): boolean {
    const { ended, running } = this.training;
    return this.step === 'train' && !running && ended !== null && this.runs.current?.run === ended.run;
  }

  /** What a training takes follows from the choices, and from what is computed already. */
  #estimateKey(): string {
    const key = trainingKey(this.choices.experiment);
    return key === '' ? '' : `${key} ${this.prepared?.key ?? ''}`;
  }

  /** Asks again for what was cancelled. */
  readTimepoints(): void {
    this.#answers.forget('timepoints');
    this.#follow();
  }

  /** A new engine knows nothing: it is told again what was open, and what has to be computed again is said. */
  async #afterRestart(): Promise<void> {
    if (!this.dataset) {
      this.notices.say('The engine had stopped and was started again.');
      return;
    }
    const training = this.training.running;
    this.training.clear();
    const opened = await this.#opening.again();
    if (opened === null) return;
    this.dataset = { ...opened, obs: await this.#labels.tellAgain(this.client, opened) };
    const computed = this.prepared !== null;
    this.cells.start(opened.embeddings);
    this.notices.say(restartWords({ training, computed }));
    this.#answers.forget('timepoints');
    this.#follow();
    await this.runs.read();
    this.journey.again();
  }
}
