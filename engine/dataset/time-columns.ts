import { InputError } from '../errors.ts';
import type { ObsSource } from './anndata.ts';
import { timeUnit } from './time-label.ts';
import { MOST_TIMEPOINTS, timepointsFromColumn } from './timepoints.ts';

/** A column that can serve as time. */
export interface TimeColumnCandidate {
  name: string;
  labels: string[];
  times: number[];
  /** why it may be the time of collection, or why not, in plain words */
  reason: string;
}

/** The columns of `obs` as time: which can serve, best first, and why the others cannot. */
export interface TimeColumns {
  candidates: TimeColumnCandidate[];
  others: { name: string; reason: string }[];
}

/**
 * Ranks by what the name and the labels say, then by how few timepoints there are. A column that could serve but
 * does not look like time (a batch, a cluster, a count) is among the others.
 */
export function assessTimeColumns(source: ObsSource): TimeColumns {
  const candidates: (TimeColumnCandidate & { score: number })[] = [];
  const others: TimeColumns['others'] = [];
  for (const { name, kind, nUnique } of source.obsColumns()) {
    const refuse = (reason: string) => others.push({ name, reason });
    if (kind === 'boolean') refuse('true or false');
    else if (nUnique === null) refuse('cannot be read');
    else if (nUnique < 2) refuse('fewer than two values');
    else if (nUnique > MOST_TIMEPOINTS) refuse(`${nUnique} different values: a measurement`);
    else {
      try {
        const ordering = () => source.timeOrdering?.(name);
        const { labels, times } = timepointsFromColumn(source.readObs(name), name, { ordering });
        const score = nameScore(name) + labelScore(labels[labels.length - 1]!);
        const reason = reasonOf(name, labels);
        if (score < 0) refuse(reason);
        else candidates.push({ name, labels, times, reason, score });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refuse(error.message);
      }
    }
  }
  return {
    candidates: candidates
      .sort((a, b) => b.score - a.score || a.labels.length - b.labels.length)
      .map(({ score: _, ...candidate }) => candidate),
    others,
  };
}

function reasonOf(name: string, labels: string[]): string {
  const said = nameScore(name);
  const ofName =
    said > 0
      ? 'the name says time'
      : said < 0
        ? 'the name says something else'
        : 'the name says nothing of time';
  const unit = timeUnit(labels[labels.length - 1]!);
  const ofLabels =
    unit === ''
      ? 'plain numbers or an order'
      : TIME_UNITS.test(unit)
        ? 'labels with a unit of time'
        : `labels with "${unit}"`;
  return `${ofName}; ${labels.length} values, ${ofLabels}`;
}

const TIME_NAMES =
  /(^|[^a-z])(days?|dpf|dpi|hpf|hours?|hrs?|time|times|timepoint|time[ _.-]?points?|age|stage|weeks?|months?)([^a-z]|$)/;
const OTHER_NAMES =
  /pseudo|latent|batch|cluster|leiden|louvain|sample|replicate|donor|plate|lane|patient|mouse|library|doublet|phase|score|^n_|_n_|counts?$/;
const TIME_UNITS =
  /^(d|day|e|p|h|hr|hour|hpf|dpf|dpi|t|time|timepoint|tp|w|wk|week|m|mo|month|min|minute|y|yr|year|stage|age|hh|cs)$/;

/** Whether a column's name says that it is the time of collection. */
export const saysTime = (name: string) => nameScore(name) > 0;

function nameScore(name: string): number {
  // camelCase is two words too: collectionDay
  const plain = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return (TIME_NAMES.test(plain) ? 4 : 0) - (OTHER_NAMES.test(plain) ? 4 : 0);
}

function labelScore(label: string): number {
  const unit = timeUnit(label);
  if (unit === '') return 1;
  return TIME_UNITS.test(unit) ? 3 : -2;
}
