import { DEFAULT_COMPARISON, parseExperiment } from '../config.ts';
import { estimateAuto } from '../estimate.ts';
import { resolveFitSettings } from '../presets.ts';
import { bestEmbedding, embeddingFindings } from './embedding-findings.ts';
import type { DatasetFacts, Finding } from './finding.ts';
import type { MatrixFacts } from './matrix-state.ts';
import { listNames } from './names.ts';
import { quoted } from './quoted-list.ts';
import { timeFindings } from './time-findings.ts';
import type { Timepoints } from './timepoints.ts';

/** All that is to be said of a file, the worst first. */
export function diagnose(facts: DatasetFacts): Finding[] {
  const findings = [
    ...timeFindings(facts),
    ...matrixFindings(facts),
    ...embeddingFindings(facts),
    ...nameFindings(facts),
    ...batchFindings(facts),
    ...costFindings(facts),
  ];
  const rank = { error: 0, warning: 1, note: 2 };
  return findings.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

const STATES: Record<MatrixFacts['state'], string> = {
  counts: 'X holds counts.',
  normalized: 'X is normalised, but not logged.',
  'log-normalized': 'X is log-normalised.',
  scaled: 'X is scaled: it has negative values.',
  unknown: 'It is not clear what was done to X.',
};

function matrixFindings({ X, nVars }: DatasetFacts): Finding[] {
  if (X === null || nVars === 0)
    return [
      {
        severity: 'note',
        subject: 'X',
        title: 'The file has no expression.',
        reason: 'Paths can be fitted in an embedding, but no gene can be shown.',
      },
    ];
  if ('unread' in X)
    return [{ severity: 'note', subject: 'X', title: 'X was not looked at.', reason: X.unread }];
  const findings: Finding[] = [
    { severity: 'note', subject: 'X', title: STATES[X.state], reason: 'Told by a sample of its cells.' },
  ];
  if (X.notFinite > 0)
    findings.push({
      severity: 'warning',
      subject: 'X',
      title: 'X has values that are no numbers.',
      reason: `${X.notFinite} NaN or infinite values in the sample.`,
      action: { label: 'Replace them in Python before X is used; an embedding in the file is not touched.' },
    });
  if (X.emptyCells > 0)
    findings.push({
      severity: 'note',
      subject: 'X',
      title: 'Some cells have no expression at all.',
      reason: `${X.emptyCells} cells of the sample.`,
    });
  return findings;
}

function nameFindings({ duplicatedCells, duplicatedGenes, unreadable }: DatasetFacts): Finding[] {
  const twice = (subject: string, n: number, what: string): Finding[] =>
    n === 0
      ? []
      : [
          {
            severity: 'warning',
            subject,
            title: `${n} names of ${what} occur more than once.`,
            reason: 'What is asked for by name may be another one.',
            action: { label: `In Python: adata.${subject}_names_make_unique().` },
          },
        ];
  return [
    ...twice('obs', duplicatedCells, 'cells'),
    ...twice('var', duplicatedGenes, 'genes'),
    ...unreadable.map(
      (name): Finding => ({
        severity: 'note',
        subject: `obs/${name}`,
        title: 'This column cannot be read.',
        reason: 'It is passed over.',
      }),
    ),
  ];
}

function batchFindings({ batches, time, doublets, quality }: DatasetFacts): Finding[] {
  const confounded = time === null ? [] : batches.filter(({ codes }) => isConfounded(codes, time.timepoints));
  return [
    ...confounded.map(
      ({ name }): Finding => ({
        severity: 'warning',
        subject: `obs/${name}`,
        title: `Each value of ${name} occurs at one timepoint only.`,
        reason:
          'A difference between timepoints may be one between batches; no calculation can tell them apart.',
      }),
    ),
    ...doublets.map(
      ({ name, value }): Finding => ({
        severity: 'note',
        subject: `obs/${name}`,
        title: `${name} marks doublets.`,
        reason: 'Doublets lie between populations, where paths go.',
        action: {
          label: `Leave them out: --where '${quoted(name)}!=${quoted(value)}'.`,
          change: { where: [{ column: name, drop: [value] }] },
        },
      }),
    ),
    ...(quality.length === 0
      ? []
      : [
          {
            severity: 'note',
            subject: 'obs',
            title: `Quality of the cells is measured: ${listNames(quality, 4)}.`,
            reason:
              'Damaged cells are drawn into paths like any other, where they were not taken out before.',
            action: {
              label: `Leave some out by a limit of yours: --where '${quoted(quality[0]!)}>=…' or '<=…'.`,
            },
          } satisfies Finding,
        ]),
  ];
}

/** Whether there are several batches, each at one timepoint. */
function isConfounded(codes: Int32Array, { cellTimepoint }: Timepoints): boolean {
  const of = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code < 0 || cellTimepoint[i]! < 0) continue;
    const known = of.get(code);
    if (known === undefined) of.set(code, cellTimepoint[i]!);
    else if (known !== cellTimepoint[i]) return false;
  }
  return of.size > 1;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function costFindings({ time, embeddings, expression }: DatasetFacts): Finding[] {
  const best = bestEmbedding(embeddings);
  if (time === null || !(best || expression)) return [];
  const { name, dims } = best ? { ...best, dims: Math.min(50, best.dims) } : { name: 'X_pca', dims: 50 };
  const method = DEFAULT_COMPARISON[0];
  const config = parseExperiment({ time: time.name, methods: [method], seeds: 1 });
  const settings = resolveFitSettings(config, { method, dims, heldOut: [] });
  const { seconds, bytes } = estimateAuto(settings, dims, time.timepoints.counts);
  return [
    {
      severity: 'note',
      subject: 'fit',
      title: `A fit takes about ${duration(seconds)} and ${Math.max(0.1, bytes / 1e9).toFixed(1)} GB.`,
      reason: `${dims} dimensions of ${name}, on one core; each held-out timepoint is one more fit, each further seed all of them once more.`,
    },
  ];
}
