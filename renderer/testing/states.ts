import { CancelledError, InputError } from '../../engine/errors.ts';
import type { OpenedDataset, RunInfo } from '../../engine/host/protocol.ts';
import type { Platform } from '../client/engine-client.ts';
import { experimentOf } from '../state/choices.ts';
import type { FilePicking } from '../state/file-picking.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { endless, RECENT, type Script } from './fake-client.ts';
import { fakeProgress, fakeRun } from './fake-runs.ts';

interface Scene {
  script?: Script;
  dataset?: Partial<OpenedDataset>;
  /** that the file has already */
  runs?: () => RunInfo[];
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

const NOT_KEPT =
  'This run could not be kept where runs are kept. The disk is full. It is there until the application ends: export its session to keep it.';

function manyRuns(): RunInfo[] {
  const experiment = experimentOf({ time: 'day' });
  return [
    fakeRun('r3', 'With three seeds, all genes and a name that is far too long to be shown', {
      ...experiment,
      seeds: 3,
    }),
    fakeRun('r2', 'Run 2', { ...experiment, methods: ['ot-cfm'], growth: 'on' }, { notKept: NOT_KEPT }),
    fakeRun('r1', 'Run 1', experiment, { state: 'interrupted', means: [], verdict: null }),
  ];
}

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
    arrange: opened((session) => {
      session.agree();
      session.step = 'prepare';
    }),
  },
  'prepare-running': {
    dataset: COUNTS_ONLY,
    script: { prepare: endless({ stage: 'components', step: 31, steps: 50, secondsLeft: 74 }) },
    arrange: opened((session) => {
      session.agree();
      session.step = 'prepare';
      void session.prepare();
      return later(600).then(() => {});
    }),
  },
  'prepare-stale': {
    arrange: opened(async (session) => {
      session.agree();
      session.step = 'prepare';
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
  train: {
    arrange: opened((session) => session.agree()),
  },
  'train-counts': {
    dataset: COUNTS_ONLY,
    arrange: opened((session) => session.agree()),
  },
  'train-chosen': {
    arrange: opened((session) => {
      session.agree();
      session.change({ holdOut: '3+9', methods: ['ot-mfm'], rho: 0.01 }, 'choose');
    }),
  },
  'train-running': {
    script: {
      train: (request: { experiment: RunInfo['experiment'] }, { signal, onProgress }) =>
        new Promise((_resolve, reject) => {
          for (const share of [0.05, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45])
            onProgress?.(fakeProgress(request.experiment, share));
          signal?.addEventListener('abort', () => reject(new CancelledError()));
        }),
    },
    arrange: opened((session) => {
      session.agree();
      void session.train();
      return later(100).then(() => {});
    }),
  },
  'train-done': {
    arrange: opened(async (session) => {
      session.agree();
      await session.train();
    }),
  },
  'train-failed': {
    script: {
      train: () => {
        throw new InputError('A timepoint has too few cells to fit.', {
          option: '--validation-share',
          found: 'day 12: 1 cell',
          action: 'Leave it out or merge it, in Timepoints.',
        });
      },
    },
    arrange: opened(async (session) => {
      session.agree();
      await session.train();
    }),
  },
  leaving: {
    arrange: opened(async (session) => {
      session.select(Int32Array.of(1, 2, 3));
      await session.keepLabel('fate', 'neural crest');
      void session.openExample();
    }),
  },
  runs: {
    runs: manyRuns,
    arrange: opened((session) => {
      session.agree();
      session.runs.compare('r3', true);
      session.runs.compare('r2', true);
    }),
  },
  explore: {
    runs: manyRuns,
    arrange: opened((session) => {
      session.step = 'explore';
    }),
  },
  'explore-types': {
    runs: manyRuns,
    arrange: opened(async (session) => {
      session.step = 'explore';
      session.colour({ kind: 'column', column: 'cell_type' });
      await later(20);
      session.journey.followFit(2);
      session.journey.followCategory(0);
      session.journey.change({ colour: 'start', straight: true, arrows: true }, 'show more');
      session.journey.change({ gene: { name: 'Sox2', id: null, column: 2 } }, 'follow Sox2');
      await later(200);
    }),
  },
  'explore-empty': {
    arrange: opened((session) => {
      session.step = 'explore';
    }),
  },
  evaluate: {
    runs: manyRuns,
    arrange: opened((session) => {
      session.step = 'evaluate';
    }),
  },
  export: {
    runs: manyRuns,
    arrange: opened((session) => {
      session.step = 'export';
    }),
  },
};
