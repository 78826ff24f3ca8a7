import type { OpenedDataset } from '../../engine/host/protocol.ts';
import type { StepId } from './steps.ts';

type Finding = OpenedDataset['findings'][number];

const TIME_WORDS = /time/i;

/** What was found in the file that matters for a step. */
export function findingsOf(step: StepId, findings: readonly Finding[]): Finding[] {
  switch (step) {
    case 'data':
      return [...findings];
    case 'timepoints':
      return findings.filter(({ subject, title }) => subject.startsWith('obs') && TIME_WORDS.test(title));
    case 'prepare':
      // what X holds is said by the panel
      return findings.filter(
        ({ subject, severity, action }) =>
          (severity !== 'note' && ['X', 'obsm', 'var'].includes(subject)) || action?.change?.where,
      );
    case 'embed':
      return findings.filter(({ subject }) => subject.startsWith('obsm'));
    case 'train':
      return [];
    default:
      // a session opens with its results: that its file is not there is to be known there
      return findings.filter(({ subject }) => subject === 'session');
  }
}
