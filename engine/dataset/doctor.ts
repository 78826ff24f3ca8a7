import { DEFAULT_COMPARISON, type ExperimentInput, parseExperiment } from '../config.ts';
import type { MeanderError } from '../errors.ts';
import { estimateFit } from '../estimate.ts';
import { resolveFitSettings } from '../presets.ts';
import type { MatrixFacts } from './matrix-state.ts';
import { listNames } from './names.ts';
import { quoted } from './quoted-list.ts';
import type { Timepoints } from './timepoints.ts';

/** What a user should know about a file before anything is fitted. */
export interface Finding {
  /** error: nothing can be fitted so; warning: results may mislead; note: good to know */
  severity: 'error' | 'warning' | 'note';
  /** where, e.g. `obs/day`, `X`, `obsm/X_pca` */
  subject: string;
  title: string;
  reason: string;
  /** what can be done about it; `change` are the options that do it */
  action?: { label: string; change?: Partial<ExperimentInput> };
}

/** What the doctor looks at. */
export interface DatasetFacts {
  nObs: number;
  nVars: number;
  /** X by a sample of its cells; null: no X */
  X: MatrixFacts | { unread: string } | null;
  time: { name: string; timepoints: Timepoints } | null;
  /** a column that seems to be the time of collection, and what keeps it from serving */
  timeProblem: { name: string; error: MeanderError } | null;
  /** `problem`: why it cannot serve; null if it can. `loadings`: the genes' part is in varm */
  embeddings: { name: string; dims: number; problem: string | null; loadings: boolean }[];
  duplicatedCells: number;
  duplicatedGenes: number;
  /** columns of obs that look like replicates or batches, as one code a cell (−1 = missing) */
  batches: { name: string; codes: Int32Array }[];
  /** columns of obs that mark doublets, with the value that says so */
  doublets: { name: string; value: string }[];
  /** columns of obs that measure quality: genes, counts, mitochondrial share of a cell */
  quality: string[];
  unreadable: string[];
}

const FEW_CELLS = 50;
/** Maps for the eye: distances in them mean little. */
const MAPS = /umap|tsne|t-sne|draw_graph|fa2?$|phate|force|spatial/i;
/** Embeddings in which batches were brought together. */
const INTEGRATED = /harmony|scvi|scanvi|scanorama|bbknn|mnn|cca|integrat|totalvi|liger|_emb$/i;

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

function timeFindings({ time, timeProblem }: DatasetFacts): Finding[] {
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

function embeddingFindings({ embeddings }: DatasetFacts): Finding[] {
  const usable = embeddings.filter(({ problem, name }) => problem === null && !MAPS.test(name));
  const findings: Finding[] = embeddings.flatMap(({ name, problem }): Finding[] => {
    const subject = `obsm/${name}`;
    if (problem !== null)
      return [{ severity: 'note', subject, title: 'This embedding cannot serve.', reason: problem }];
    return MAPS.test(name)
      ? [
          {
            severity: 'note',
            subject,
            title: 'This is a map for the eye.',
            reason: 'Distances in it mean little, so paths are not fitted there.',
          },
        ]
      : [];
  });
  if (usable.length === 0)
    return [
      ...findings,
      {
        severity: 'error',
        subject: 'obsm',
        title: 'There is no embedding to fit paths in.',
        reason: 'The method needs coordinates in which near cells are alike, such as principal components.',
        action: { label: 'Compute one, e.g. in Python with scanpy.pp.pca, and save the file.' },
      },
    ];
  const best = bestEmbedding(embeddings)!;
  findings.push({
    severity: 'note',
    subject: `obsm/${best.name}`,
    title: `${best.name} is the best embedding for paths.`,
    reason: INTEGRATED.test(best.name)
      ? 'Its name says that batches were brought together in it.'
      : `${best.dims} dimensions; usable are ${listNames(usable.map(({ name }) => name))}.`,
    // X_pca is taken anyway
    ...(best.name !== 'X_pca' && {
      action: { label: `Use --embedding ${best.name}.`, change: { embedding: best.name } },
    }),
  });
  for (const { name } of usable.filter((embedding) => isPca(embedding) && !embedding.loadings))
    findings.push({
      severity: 'note',
      subject: `obsm/${name}`,
      title: 'These components come without their loadings.',
      reason: 'Without varm/PCs the expression along a path cannot be told.',
    });
  return findings;
}

/** An integrated embedding, else the principal components, else any that is not a map. */
function bestEmbedding(embeddings: DatasetFacts['embeddings']) {
  const usable = embeddings.filter(({ problem, name }) => problem === null && !MAPS.test(name));
  return usable.find(({ name }) => INTEGRATED.test(name)) ?? usable.find(isPca) ?? usable[0];
}

const isPca = ({ name }: { name: string }) => /^X_pca$|^pca$/i.test(name);

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

/** Every batch at one timepoint, and at least two batches at none of them shared. */
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

function costFindings({ time, embeddings }: DatasetFacts): Finding[] {
  const best = bestEmbedding(embeddings);
  if (time === null || !best) return [];
  const dims = Math.min(50, best.dims);
  const method = DEFAULT_COMPARISON[0];
  const config = parseExperiment({ time: time.name, methods: [method], seeds: 1 });
  const settings = resolveFitSettings(config, { method, dims, heldOut: [] });
  const { seconds, bytes } = estimateFit(settings, dims, time.timepoints.counts, true);
  return [
    {
      severity: 'note',
      subject: 'fit',
      title: `A fit takes about ${duration(seconds)} and ${Math.max(0.1, bytes / 1e9).toFixed(1)} GB.`,
      reason: `${dims} dimensions of ${best.name}, on one core; each held-out timepoint is one more fit.`,
    },
  ];
}
