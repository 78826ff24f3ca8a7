import { CancelledError } from '../../engine/errors.ts';
import type { RunExport, RunInfo } from '../../engine/host/protocol.ts';
import { fileName, stemOf } from '../plots/file-name.ts';
import { EXPORTS } from './export-words.ts';
import { fileSize } from './file-size.ts';
import type { Session } from './session.svelte.ts';

/**
 * Lets the engine write something of a run where the user wants it. What went wrong is a problem of the area `export`; that it is
 * done, and how large it is, is said.
 */
export async function exportRun(session: Session, { run, name }: RunInfo, what: RunExport): Promise<void> {
  const { dataset, platform, tasks, notices } = session;
  if (!dataset) return;
  const words = EXPORTS[what];
  tasks.problems.delete('export');
  let bytes = 0;
  const labelsSaved = session.savingLabels();
  try {
    const suggested = fileName([stemOf(dataset.name), name, words.name], words.extension);
    const saved = await platform.saveTo(suggested, async (target) => {
      const request = { kind: 'export run', dataset: dataset.dataset, run, what, target } as const;
      const outcome = await tasks.run('export', `Saving ${words.title.toLowerCase()}`, request);
      // the platform must not take a file that is not there for written
      if (outcome.kind === 'failed') throw tasks.problems.get('export');
      if (outcome.kind !== 'done') throw new CancelledError();
      bytes = outcome.result.bytes;
    });
    if (saved === null) return;
    notices.say(`Saved ${saved} (${fileSize(bytes)}).`);
    if (what === 'h5ad') labelsSaved();
  } catch (error) {
    if (!(error instanceof CancelledError)) tasks.fail('export', error);
  }
}
