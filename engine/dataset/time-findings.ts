import type { DatasetFacts, Finding } from './finding.ts';
import { listNames } from './names.ts';

/** Below it a timepoint is said to have few cells. */
const FEW_CELLS = 50;

/** What to mind about the timepoints. */
export function timeFindings({ time, timeProblem }: DatasetFacts): Finding[] {
  if (time === null && timeProblem !== null) {
    const { message, detail } = timeProblem.error;
    return [
      {
        severity: 'error',
        subject: `obs/${timeProblem.name}`,
        title: message,
        reason: `Expected: ${detail.expected ?? 'times'}; found: ${detail.found ?? 'none'}.`,
        ...(detail.action !== undefined && { action: { label: detail.action } }),
      },
    ];
  }
  if (time === null) {
    return [
      {
        severity: 'error',
        subject: 'obs',
        title: 'No column says when the cells were collected.',
        reason: 'No column of obs has 2 to 100 different values that can be read as times.',
        action: { label: 'Add a column with the day of each cell, or say its times with --timepoints.' },
      },
    ];
  }
  const { labels, counts, withoutTimepoint } = time.timepoints;
  const subject = `obs/${time.name}`;
  const findings: Finding[] = time.timepoints.notes.map((reason) => ({
    severity: 'note',
    subject,
    title: 'How the times were read.',
    reason,
  }));
  const few = labels.filter((_, k) => counts[k]! < FEW_CELLS);
  if (few.length > 0) {
    const rest = labels.filter((label) => !few.includes(label));
    findings.push({
      severity: 'warning',
      subject,
      title: `Few cells at ${listNames(few, 5)}.`,
      reason: `Below ${FEW_CELLS} cells a timepoint says little about its population.`,
      action: {
        label: 'Leave these timepoints out, or merge them with their neighbours.',
        ...(rest.length >= 2 && {
          change: { timepoints: rest.map((label) => ({ labels: [label] })) },
        }),
      },
    });
  }
  if (labels.length === 2)
    findings.push({
      severity: 'warning',
      subject,
      title: 'There are two timepoints only.',
      reason: 'None can be held out, so nothing measures how good the trajectories are.',
    });
  if (Math.max(...counts) > 20 * Math.min(...counts))
    findings.push({
      severity: 'note',
      subject,
      title: 'Timepoints differ much in size.',
      reason: `From ${Math.min(...counts)} to ${Math.max(...counts)} cells: numbers of cells are taken as an effect of sampling.`,
    });
  if (withoutTimepoint > 0)
    findings.push({
      severity: 'note',
      subject,
      title: `${withoutTimepoint} cells have no time.`,
      reason: 'They take no part.',
    });
  return findings;
}
