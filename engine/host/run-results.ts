import { choiceWords, triedWords } from '../auto/words.ts';
import { bendsPaths, type FitSettings } from '../config.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { exportsOf } from '../export/export-run.ts';
import { methodsText } from '../export/methods-text.ts';
import { metricsOf, reportInput } from '../export/results.ts';
import type { Session } from '../export/session.ts';
import { verdict } from '../export/verdict.ts';
import { genesKnown } from './gene-model.ts';
import type { RunFit, RunInfo, RunResults } from './run-protocol.ts';

/** All that came out of a run but its trajectories. To be called in a worker thread. */
export async function runResults(session: Session, info: RunInfo): Promise<RunResults> {
  const { experiment, command } = session;
  const { dataset, fits, map } = experiment;
  const metrics = metricsOf(experiment);
  const report = reportInput(experiment, metrics, command);
  const { labels, times, counts, unit } = dataset.timepoints;
  return {
    info,
    metrics,
    verdict: verdict(report),
    choices: (metrics.choices ?? []).map((facts) => ({
      heldOut: facts.heldOut,
      seed: facts.seed,
      tried: triedWords(facts, unit || undefined),
      words: choiceWords(facts, unit || undefined),
    })),
    notes: [...report.notes],
    losses: fits.flatMap((fit) =>
      fit.losses.map((history) => ({
        ...history,
        method: fit.method,
        heldOut: fit.heldOut.map((k) => labels[k]).join('+'),
        seed: fit.seed,
      })),
    ),
    timepoints: { labels, times, counts, unit },
    embedding: { name: dataset.embedding.name, dims: dataset.embedding.dims },
    map: map?.name ?? null,
    fits: fits.map(fitFacts),
    shown: fits.findIndex(({ trajectories }) => trajectories?.points.every(Number.isFinite)),
    exports: await exportsOf(session),
    methods: methodsText(session, 'methods.txt'),
    genes: await genesKnown(session),
  };
}

function fitFacts({ method, heldOut, seed, settings, choices }: FitResult): RunFit {
  const intervals = choices?.intervals;
  return {
    method,
    heldOut,
    seed,
    grows: growsIn(settings, intervals),
    bends: intervals?.some(({ bends }) => bends) ?? (method !== 'auto' && bendsPaths(method)),
  };
}

/** Pairs at random know no growth. */
function growsIn({ growth, coupling }: FitSettings, intervals: { grows: boolean }[] | undefined): boolean {
  if (coupling === 'independent') return false;
  return intervals ? intervals.some(({ grows }) => grows) : growth === 'on';
}
