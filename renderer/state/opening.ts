import type { FileInfo, OpenedDataset, Request } from '../../engine/host/protocol.ts';
import type { SessionParts } from './parts.ts';

type Source = Extract<Request, { kind: 'open' | 'example' }>;

/** What a session does where something is opened. */
export interface OpeningSteps {
  /** whether what is open may be left */
  mayLeave(): Promise<boolean>;
  /** shows where the progress of it is, and what is wrong with it */
  watch(): void;
  /** all begins anew with what is open now */
  start(opened: OpenedDataset): void;
}

/** Opens files and the example, and the same once more for an engine that knows nothing of them. */
export class Opening {
  readonly #parts: SessionParts;
  readonly #steps: OpeningSteps;
  #source: Source | null = null;

  constructor(parts: SessionParts, steps: OpeningSteps) {
    this.#parts = parts;
    this.#steps = steps;
  }

  /** The file that is open, where it is one. */
  get file(): string | undefined {
    const files = this.#source?.kind === 'open' ? this.#source.files : [];
    return files.length === 1 ? files[0] : undefined;
  }

  async files(files: readonly FileInfo[]): Promise<void> {
    if (files.length === 0) return;
    const what = files.length === 1 ? files[0]!.name : `${files.length} files`;
    await this.#open({ kind: 'open', files: files.map(({ handle }) => handle) }, `Opening ${what}`);
  }

  async example(): Promise<void> {
    await this.#open({ kind: 'example' }, 'Opening the example');
  }

  /** Files that the platform is yet to give, by a dialog or a drop. */
  async given(files: () => Promise<FileInfo[]>): Promise<void> {
    try {
      await this.files(await files());
    } catch (error) {
      this.#steps.watch();
      this.#parts.tasks.fail('open', error);
    }
  }

  /** @returns the same as it is in an engine that was started again; null: nothing was open, or it cannot be opened */
  async again(): Promise<OpenedDataset | null> {
    if (!this.#source) return null;
    const outcome = await this.#parts.tasks.run('open', 'Opening the file again', this.#source);
    return outcome.kind === 'done' ? outcome.result : null;
  }

  async #open(source: Source, title: string): Promise<void> {
    if (!(await this.#steps.mayLeave())) return;
    this.#steps.watch();
    const outcome = await this.#parts.tasks.run('open', title, source);
    if (outcome.kind !== 'done') return;
    const before = this.#parts.dataset;
    this.#source = source;
    this.#steps.start(outcome.result);
    if (before) void this.#parts.client.request({ kind: 'close', dataset: before.dataset }).catch(() => {});
  }
}
