import type { Arrows, Followed, GeneAlong, RunFit, RunResults } from '../../engine/host/protocol.ts';
import { timesToFollow } from '../map/journey.ts';
import { selectedRows } from '../map/selection.ts';
import type { AxisTimepoint } from '../map/time-axis.ts';
import type { Answers } from './answers.svelte.ts';
import type { CellSelection } from './cell-selection.svelte.ts';
import type { JourneyChoices, View } from './choices.ts';
import type { SessionParts } from './parts.ts';
import type { Runs } from './runs.svelte.ts';
import { rowsWithCode } from './selection.ts';

/** Dragging asks for the last place only. */
const ARROWS_WAIT_MS = 120;
const ARROWS_GRID = 28;
const GENE_CELLS = 1000;

/** Where the cells of a run go, or came from: what is followed, what the engine said of it, and where in time one looks. */
export class Journey {
  /** real time that is looked at */
  #time = $state(0);
  playing = $state(false);
  /** null: nothing is followed, or not read yet */
  frames = $state.raw<Followed | null>(null);
  /** the view that the frames are places on */
  framesView = $state.raw<View | null>(null);
  arrows = $state.raw<Arrows | null>(null);
  geneAlong = $state.raw<GeneAlong | null>(null);

  readonly #parts: SessionParts;
  readonly #runs: Runs;
  readonly #answers: Answers;
  readonly #cells: CellSelection;
  /** rows that cells were followed from, by `id` of the choice */
  readonly #rows: Int32Array<ArrayBuffer>[] = [];
  #asked = { frames: '', arrows: '', gene: '' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = $state(false);

  constructor(parts: SessionParts, runs: Runs, answers: Answers, cells: CellSelection) {
    this.#parts = parts;
    this.#runs = runs;
    this.#answers = answers;
    this.#cells = cells;
  }

  readonly choices = $derived.by((): JourneyChoices => this.#parts.decisions.choices.journey);
  readonly results = $derived.by((): RunResults | null => this.#runs.results);
  /** index in `RunResults.fits`; −1: none can be followed */
  readonly fitIndex = $derived.by((): number => {
    const { fit } = this.choices;
    if (this.results === null) return -1;
    return fit?.run === this.results.info.run && fit.index < this.results.fits.length
      ? fit.index
      : this.results.shown;
  });
  readonly fit = $derived.by((): RunFit | null => this.results?.fits[this.fitIndex] ?? null);
  /** timepoints of the run; null: none is looked at */
  readonly timepoints = $derived.by(() => this.results?.timepoints ?? null);
  readonly direction = $derived.by(() => this.choices.direction);
  /** index of the timepoint where cells set out */
  readonly from = $derived.by((): number => {
    const { timepoints, choices } = this;
    if (!timepoints) return 0;
    const known = choices.from === null ? -1 : timepoints.labels.indexOf(choices.from);
    const last = timepoints.times.length - 1;
    const backwards = choices.direction === 'ancestors';
    if (known < 0) return backwards ? last : 0;
    // nothing comes before the first, or after the last
    return backwards ? Math.max(1, known) : Math.min(last - 1, known);
  });
  /** real times from where they set out to where they end, in the order of going */
  readonly range = $derived.by((): [number, number] => {
    const times = this.timepoints?.times ?? [0, 1];
    return [times[this.from]!, this.direction === 'ancestors' ? times[0]! : times.at(-1)!];
  });
  /** labels of the timepoints that the fit has not seen */
  readonly heldOut = $derived.by((): string[] =>
    (this.fit?.heldOut ?? []).map((k) => this.timepoints!.labels[k]!),
  );
  /** the timepoints as the scrubber shows them */
  readonly axis = $derived.by((): AxisTimepoint[] =>
    (this.timepoints?.labels ?? []).map((label, k) => ({
      label,
      time: this.timepoints!.times[k]!,
      heldOut: this.fit?.heldOut.includes(k) ?? false,
    })),
  );
  /** [nObs], 1 = a real cell that the fit has not seen; null: it has seen all, or they are not to be told apart */
  readonly rings = $derived.by((): Uint8Array | null => {
    const cellTimepoint = this.#answers.timepoints?.cellTimepoint;
    const labels = this.#answers.timepoints?.labels;
    if (!this.choices.heldOut || !cellTimepoint || !labels || this.heldOut.length === 0) return null;
    const held = new Set(this.heldOut.map((label) => labels.indexOf(label)));
    return Uint8Array.from(cellTimepoint, (k) => (held.has(k) ? 1 : 0));
  });
  readonly busy = $derived.by(() => this.#parts.tasks.running.has('follow'));
  /** rows of the cells that set out; null: all of their timepoint */
  readonly startRows = $derived.by((): Int32Array<ArrayBuffer> | null => {
    const { start } = this.choices;
    return start.kind === 'all' ? null : this.#rowsAt(this.#rows[start.id] ?? new Int32Array(), this.from);
  });
  /** whether trajectories are on the map now */
  readonly onMap = $derived(this.#wanted && this.fit !== null);

  /** Outside of the range it stays at its end. */
  get time(): number {
    const [start, end] = this.range;
    return Math.min(Math.max(this.#time, Math.min(start, end)), Math.max(start, end));
  }
  set time(time: number) {
    this.#time = time;
    this.#followArrows();
  }

  play(): void {
    if (this.time === this.range[1]) this.time = this.range[0];
    this.playing = true;
  }

  pause(): void {
    this.playing = false;
  }

  /** A choice; can be undone. */
  change(change: Partial<JourneyChoices>, done: string): void {
    this.#parts.decisions.decide({ journey: { ...this.choices, ...change } }, done);
    this.#parts.follow();
  }

  followFit(index: number): void {
    const { results } = this;
    if (!results) return;
    this.change({ fit: { run: results.info.run, index } }, 'follow another fit');
  }

  followAll(): void {
    this.change({ start: { kind: 'all' } }, 'follow all cells');
  }

  /** Cells that are selected now. The timepoint is the one that most of them are of. */
  followSelection(): void {
    const { mask } = this.#cells;
    if (mask) this.#followRows(Int32Array.from(selectedRows(mask)), 'the selected cells');
  }

  /** The cells of a category of the current colouring. */
  followCategory(code: number): void {
    const { colouring } = this.#answers;
    if (colouring?.kind !== 'categories') return;
    this.#followRows(rowsWithCode(colouring.codes, code), colouring.names[code]!);
  }

  #followRows(rows: Int32Array<ArrayBuffer>, words: string): void {
    const id = this.#rows.push(rows) - 1;
    // where none of them are of the timepoint, nothing could be followed
    const from = this.#rowsAt(rows, this.from).length > 0 ? null : this.#usualTimepoint(rows);
    this.change({ start: { kind: 'rows', id, words }, ...(from !== null && { from }) }, `follow ${words}`);
  }

  followDirection(direction: JourneyChoices['direction']): void {
    this.change({ direction }, direction === 'ancestors' ? 'look for ancestors' : 'look for descendants');
  }

  /** Another file is open. */
  clear(): void {
    for (const area of ['follow', 'arrows', 'gene along'] as const) this.#parts.tasks.clear(area);
    clearTimeout(this.#timer);
    this.#rows.length = 0;
    this.#forget();
  }

  /** Asks for whatever the choices need. @param wanted whether anyone looks at it */
  follow(wanted: boolean): void {
    this.#wanted = wanted;
    if (!wanted) {
      this.playing = false;
      return;
    }
    if (this.fit === null) {
      this.#forget();
      return;
    }
    this.#followCells();
    this.#followArrows();
    this.#followGene();
  }

  /** Asks again for what was cancelled or failed. */
  again(): void {
    this.#asked = { frames: '', arrows: '', gene: '' };
    this.follow(this.#wanted);
  }

  #forget(): void {
    this.#asked = { frames: '', arrows: '', gene: '' };
    this.frames = null;
    this.framesView = null;
    this.arrows = null;
    this.geneAlong = null;
    this.playing = false;
  }

  #followCells(): void {
    const { view } = this.#parts.decisions.choices;
    if (view === null || this.startRows?.length === 0) {
      this.frames = null;
      this.#asked.frames = '';
      return;
    }
    const request = {
      kind: 'follow',
      ...this.#ofFit(),
      ...view,
      ...this.#cellsAsked(),
      times: this.#times(),
      straight: this.choices.straight,
    } as const;
    const key = this.#keyOf(request);
    if (key === this.#asked.frames) return;
    const began = this.#asked.frames === '';
    this.#asked.frames = key;
    const title = this.direction === 'ancestors' ? 'Following the cells back' : 'Following the cells';
    void this.#parts.tasks.run('follow', title, request).then((outcome) => {
      if (outcome.kind === 'replaced') return;
      if (outcome.kind === 'cancelled') this.#asked.frames = '';
      this.frames = outcome.kind === 'done' ? outcome.result : null;
      this.framesView = outcome.kind === 'done' ? view : null;
    });
    const [start, end] = this.range;
    // the first look is at the middle of the way, where there is something to see
    this.time = began ? (start + end) / 2 : this.time;
  }

  #followArrows(): void {
    const { view } = this.#parts.decisions.choices;
    clearTimeout(this.#timer);
    if (!this.#wanted || !this.choices.arrows || view?.components.length !== 2 || this.fit === null) {
      this.arrows = null;
      this.#asked.arrows = '';
      return;
    }
    const request = {
      kind: 'arrows',
      ...this.#ofFit(),
      ...view,
      time: this.time,
      grid: ARROWS_GRID,
    } as const;
    const key = JSON.stringify(request);
    if (key === this.#asked.arrows) return;
    this.#timer = setTimeout(async () => {
      this.#asked.arrows = key;
      const outcome = await this.#parts.tasks.run('arrows', 'Reading velocities', request);
      if (outcome.kind !== 'replaced') this.arrows = outcome.kind === 'done' ? outcome.result : null;
    }, ARROWS_WAIT_MS);
  }

  #followGene(): void {
    const { gene } = this.choices;
    if (gene === null || this.results?.genes.known !== true) {
      this.geneAlong = null;
      this.#asked.gene = '';
      return;
    }
    const request = {
      kind: 'gene along',
      ...this.#ofFit(),
      ...this.#cellsAsked(),
      most: Math.min(GENE_CELLS, this.choices.most),
      times: this.#times(),
      column: gene.column,
    } as const;
    const key = this.#keyOf(request);
    if (key === this.#asked.gene) return;
    this.#asked.gene = key;
    void this.#parts.tasks.run('gene along', `Following ${gene.name}`, request).then((outcome) => {
      if (outcome.kind === 'replaced') return;
      this.geneAlong = outcome.kind === 'done' ? outcome.result : null;
    });
  }

  #ofFit() {
    return { dataset: this.#parts.dataset!.dataset, run: this.results!.info.run, fit: this.fitIndex };
  }

  #cellsAsked() {
    return { cells: this.startRows, from: this.from, most: this.choices.most };
  }

  #times(): number[] {
    const direction = this.direction === 'ancestors' ? 'backwards' : 'forwards';
    return timesToFollow(this.timepoints!.times, this.from, direction);
  }

  // rows by what they are of: a million numbers make no key
  #keyOf(request: object): string {
    return JSON.stringify({ ...request, cells: this.choices.start });
  }

  #rowsAt(rows: Int32Array<ArrayBuffer>, timepoint: number): Int32Array<ArrayBuffer> {
    const known = this.#answers.timepoints;
    const label = this.timepoints?.labels[timepoint];
    if (!known || label === undefined) return rows;
    const wanted = known.labels.indexOf(label);
    return rows.filter((row) => known.cellTimepoint[row] === wanted);
  }

  #usualTimepoint(rows: Int32Array): string | null {
    const timepoints = this.#answers.timepoints;
    if (!timepoints) return null;
    const counts = new Uint32Array(timepoints.labels.length);
    for (const row of rows)
      if (timepoints.cellTimepoint[row]! >= 0) counts[timepoints.cellTimepoint[row]!]!++;
    const most = Math.max(...counts);
    return most > 0 ? timepoints.labels[counts.indexOf(most)]! : null;
  }
}
