import { InputError } from '../../engine/errors.ts';
import type { OpenedDataset } from '../../engine/host/protocol.ts';
import type { Platform } from '../client/engine-client.ts';
import type { FilePicking } from '../state/file-picking.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { endless, RECENT, type Script } from './fake-client.ts';

interface Scene {
  script?: Script;
  dataset?: Partial<OpenedDataset>;
  platform?: Partial<Platform>;
  arrange?: Arrange;
}

type Arrange = (page: { session: Session; picking: FilePicking }) => Promise<void> | void;

const later = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

const opened =
  (then?: (session: Session) => Promise<void> | void): Arrange =>
  async ({ session }) => {
    await session.openExample();
    await later();
    await then?.(session);
    await later(50);
  };

const COUNTS_ONLY: Partial<OpenedDataset> = { name: 'counts.h5ad', embeddings: [] };

/** Every state of the interface that is worth looking at. */
export const STATES: Record<string, Scene> = {
  welcome: {},
  'welcome-browser': { platform: { kind: 'browser', recentFiles: async () => [] } },
  'welcome-error': {
    script: {
      open: () => {
        throw new InputError('This is no h5ad file.', {
          file: 'notes.txt',
          expected: 'an h5ad written by anndata, a 10x .h5, or a folder with matrix.mtx',
          found: 'plain text',
          action: 'Choose another file.',
        });
      },
    },
    arrange: ({ session }) => session.open(RECENT.slice(0, 1)),
  },
  'welcome-opening': {
    script: { open: endless({ stage: 'reading', step: 3, steps: 10 }) },
    arrange: ({ session }) => {
      void session.open(RECENT.slice(0, 1));
      return later(600).then(() => {});
    },
  },
  'file-picker': {
    platform: { kind: 'browser', recentFiles: async () => [] },
    arrange: ({ picking }) => void picking.choose(RECENT),
  },
  data: { arrange: opened() },
  timepoints: {
    arrange: opened((session) => {
      session.step = 'timepoints';
    }),
  },
  'timepoints-edited': {
    arrange: opened((session) => {
      session.step = 'timepoints';
      session.change(
        {
          timepoints: [{ labels: ['0'], name: 'start' }, { labels: ['3', '6'], time: 4 }, { labels: ['9'] }],
        },
        'merge 3, 6',
      );
    }),
  },
  'timepoints-error': {
    arrange: opened((session) => {
      session.step = 'timepoints';
      session.change({ time: 'cell_type' }, 'take cell_type as the time');
    }),
  },
  prepare: {
    dataset: COUNTS_ONLY,
    arrange: opened((session) => session.agree()),
  },
  'prepare-running': {
    dataset: COUNTS_ONLY,
    script: { prepare: endless({ stage: 'components', step: 31, steps: 50, secondsLeft: 74 }) },
    arrange: opened((session) => {
      session.agree();
      void session.prepare();
      return later(600).then(() => {});
    }),
  },
  'prepare-stale': {
    arrange: opened(async (session) => {
      session.agree();
      await session.prepare();
      session.change({ variableGenes: 4000 }, 'set variable genes');
      session.notices.dismiss(0);
    }),
  },
  embed: {
    arrange: opened((session) => {
      session.step = 'embed';
    }),
  },
  'embed-pca': {
    arrange: opened((session) => {
      session.step = 'embed';
      session.show({ embedding: 'X_pca', components: [0, 1] });
      session.colour({ kind: 'column', column: 'cell_type' });
    }),
  },
  gene: {
    arrange: opened((session) => {
      session.step = 'embed';
      session.colour({ kind: 'gene', gene: { name: 'Sox2', id: 'ENSMUSG00000024408', column: 2 } });
    }),
  },
  growth: {
    arrange: opened((session) => {
      session.step = 'embed';
      session.colour({ kind: 'growth' });
    }),
  },
  'many-categories': {
    arrange: opened(async (session) => {
      session.colour({ kind: 'column', column: 'leiden' });
      await later();
      session.select(Int32Array.from({ length: 900 }, (_, i) => 5 * i));
    }),
  },
};
