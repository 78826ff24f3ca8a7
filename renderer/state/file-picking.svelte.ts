import type { FileInfo } from '../../engine/host/protocol.ts';

/** The question which files to open, where no system dialog can ask it. */
export class FilePicking {
  /** what can be chosen; null: nobody asks */
  files = $state.raw<FileInfo[] | null>(null);
  #answer: ((chosen: FileInfo[]) => void) | undefined;

  choose = (files: FileInfo[]): Promise<FileInfo[]> => {
    this.#answer?.([]);
    this.files = files;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  };

  answer(chosen: FileInfo[]): void {
    this.files = null;
    this.#answer?.(chosen);
    this.#answer = undefined;
  }
}
