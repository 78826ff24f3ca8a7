import { bendsPaths, type FitSettings } from '../config.ts';
import { describeCondition } from '../dataset/subset.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { formatCount, joinAnd, methodName, timepointList } from '../figures/words.ts';
import type { Experiment } from '../pipeline.ts';
import { hasGrowth, RELATIVE, untoldWords } from './growth-facts.ts';
import { cite, numberReferences } from './references.ts';
import { type Metrics, metricsOf } from './results.ts';
import type { Session } from './session.ts';

/**
 * What was done, for the methods section of a paper: settings in words, versions, seeds and references, of this session alone. Numbers are
 * those of metrics.json, rounded to four digits.
 * @param name of the file that it goes to: `.md` has headings of Markdown
 */
export function methodsText({ experiment }: Pick<Session, 'experiment'>, name: string): string {
  const metrics = metricsOf(experiment);
  const paragraphs = [
    dataWords(experiment),
    ...fitWords(experiment),
    ...evaluationWords(experiment, metrics),
    provenanceWords(experiment, metrics),
  ];
  const heading = (words: string, level: number) =>
    /\.md$/i.test(name) ? `${'#'.repeat(level)} ${words}` : words;
  const { text, list } = numberReferences(paragraphs.join('\n\n'));
  return `${[heading('Trajectories', 1), text, heading('References', 2), list].join('\n\n')}\n`;
}

/** As metrics.json has it, in four digits. */
const number = (value: number) => String(Number(value.toPrecision(4)));

function dataWords({ config, dataset, map }: Experiment): string {
  const { labels, counts, unit } = dataset.timepoints;
  const cells = counts.reduce((sum, count) => sum + count, 0);
  const list = labels.map((label, k) => `${label}: ${formatCount(counts[k]!)}`).join(', ');
  const { embedding } = dataset;
  return [
    `Trajectories were reconstructed from ${formatCount(cells)} cells of ${dataset.name} at ${labels.length} timepoints (cells at ${unit ? `${unit} ` : ''}${list}).`,
    ...(config.where.length > 0
      ? [`Cells were chosen by ${joinAnd(config.where.map(describeCondition))}.`]
      : []),
    ...(config.timepoints === null || config.timepoints === undefined
      ? []
      : [`Timepoints were edited by hand: ${labels.join(', ')}.`]),
    ...filterWords(config),
    ...(embedding.computed
      ? [
          `Principal components were computed from ${embedding.computed.expression}, in the steps of scanpy ${cite('scanpy')}.`,
          ...embedding.computed.steps,
          ...(config.genesByBatch ? [`Variable genes were ranked in each replicate (${config.batch}).`] : []),
          ...(dataset.heldOutEmbeddings.length > 0
            ? [
                'For fits that hold a timepoint out, all of this was done without its cells, which were placed afterwards.',
              ]
            : []),
        ]
      : [
          `Cells were represented by ${embedding.dims} dimensions of ${embedding.name}, as the file has them.`,
        ]),
    ...(map === null
      ? []
      : map.computed
        ? [
            `A map of the cells was computed by UMAP ${cite('umap')} (15 neighbours, minimal distance 0.5, seed ${config.seed}); it serves the eye alone, and points of trajectories are placed on it among their nearest cells.`,
          ]
        : [`Trajectories are shown on ${map.name} of the file; it serves the eye alone.`]),
  ].join(' ');
}

function filterWords({ minCounts, minGenes, maxMitochondrial }: Experiment['config']): string[] {
  const left = [
    ...(minCounts === null ? [] : [`with fewer than ${minCounts} counts`]),
    ...(minGenes === null ? [] : [`with fewer than ${minGenes} genes`]),
    ...(maxMitochondrial === null
      ? []
      : [`with more than ${number(100 * maxMitochondrial)} % of their counts in mitochondrial genes`]),
  ];
  return left.length === 0 ? [] : [`Cells ${joinAnd(left)} were left out.`];
}

/** A paragraph for each method, of the fit that is shown or else of its first. */
function fitWords(experiment: Experiment): string[] {
  const { fits, dataset, config } = experiment;
  const methods = [...new Set(fits.map(({ method }) => method))];
  const paragraphs = methods.map((method) => {
    const own = fits.filter((fit) => fit.method === method);
    const fit = own.find(({ trajectories }) => trajectories !== null) ?? own[0]!;
    const { settings } = fit;
    const differ = own.some((each) => settingsKey(each) !== settingsKey(fit));
    return [
      ...methodWords(fit),
      pairWords(settings, intervalsThat(fit, 'grows')),
      pathWords(fit),
      fieldWords(fit),
      ...(differ
        ? [
            `This describes the fit ${fit.heldOut.length === 0 ? 'on all timepoints' : `without ${heldOutWords(fit, experiment)}`} (seed ${fit.seed}); settings of the other fits differ and stand in the configuration.`,
          ]
        : []),
    ].join(' ');
  });
  const rolled = fits.find(({ trajectories }) => trajectories !== null);
  const shown = rolled?.trajectories
    ? `${formatCount(rolled.trajectories.cells.length)} cells of the first timepoint were followed through all timepoints (${methodName(rolled.method)}, ${rolled.heldOut.length === 0 ? 'fitted on all timepoints' : `fitted without ${heldOutWords(rolled, experiment)}`}, seed ${rolled.seed}).`
    : null;
  const growth = hasGrowth(experiment)
    ? [RELATIVE, ...untoldWords(experiment)].join(' ')
    : 'Division and death of cells were ignored.';
  const seeds =
    config.seeds === 1
      ? `Each fit was made once, with the seed ${config.seed}.`
      : `Each fit was made ${config.seeds} times, with the seeds ${config.seed} to ${config.seed + config.seeds - 1}.`;
  return [
    ...paragraphs,
    [shown, growth, seeds, unitWords(fits[0], dataset.embedding.name)].filter(Boolean).join(' '),
  ];
}

const settingsKey = ({ settings, choices }: FitResult) => {
  // found anew in each fit
  const { bandwidth: _, ...rest } = settings;
  return JSON.stringify([rest, choices?.intervals.map(({ bends, grows }) => [bends, grows])]);
};

function heldOutWords({ heldOut }: FitResult, { dataset: { timepoints } }: Experiment): string {
  return timepointList(
    heldOut.map((k) => timepoints.labels[k]!),
    timepoints.unit || undefined,
  );
}

/** all, some or none of a fit's intervals */
function intervalsThat(fit: FitResult, what: 'bends' | 'grows'): 'all' | 'some' | 'none' {
  const { choices, settings, method } = fit;
  if (what === 'grows' && settings.coupling === 'independent') return 'none';
  const each = choices?.intervals.map((interval) => interval[what]);
  if (!each) {
    const all = what === 'grows' ? settings.growth === 'on' : method !== 'auto' && bendsPaths(method);
    return all ? 'all' : 'none';
  }
  return each.every(Boolean) ? 'all' : each.some(Boolean) ? 'some' : 'none';
}

function methodWords({ method, choices }: FitResult): string[] {
  if (method !== 'auto') return [`Method ${methodName(method)}.`];
  const tried =
    choices && choices.triedOn.length > 0
      ? 'by keeping inner timepoints back and predicting their cells from the others'
      : choices && choices.intervals.length > 1
        ? 'without trials, as all that it asks was given'
        : 'without trials, as no timepoint lay between two others that it could see';
  return [
    `Settings of the fit were chosen by Meander (method auto, flow matching after ${cite('mfm', 'cfm')}) ${tried}.`,
  ];
}

const PAIRS: Record<FitSettings['coupling'], (settings: FitSettings) => string> = {
  minibatch: ({ minibatch }) =>
    `by exact optimal transport between minibatches of ${minibatch} cells, squared Euclidean cost, solved by the network simplex ${cite('cfm', 'simplex')}`,
  global: (_) =>
    `by exact optimal transport between all of their cells, squared Euclidean cost, solved by the network simplex ${cite('simplex')}`,
  sinkhorn: (_) =>
    `by entropic optimal transport between all of their cells, squared Euclidean cost ${cite('sinkhorn')}`,
  independent: () => 'at random',
};

function pairWords(settings: FitSettings, grows: 'all' | 'some' | 'none'): string {
  const balanced = `Cells of consecutive timepoints were paired ${PAIRS[settings.coupling](settings)}.`;
  if (grows === 'none') return balanced;
  const unbalanced = `by unbalanced entropic optimal transport ${settings.coupling === 'minibatch' ? `between minibatches of ${settings.minibatch} cells` : 'between all of their cells'} ${cite('unbalanced', 'wot')} (τ = ${number(settings.tau)}, ε = ${number(settings.epsilon)}, in mean squared distances), which lets cells of the earlier timepoint divide and die and keeps those of the later one; masses of trajectories change ${settings.growthTiming === 'steady' ? 'at a constant rate between timepoints' : 'at once after a timepoint'}`;
  return grows === 'all'
    ? `Cells of consecutive timepoints were paired ${unbalanced}.`
    : `${balanced} In some intervals they were paired ${unbalanced}.`;
}

function pathWords(fit: FitResult): string {
  const bends = intervalsThat(fit, 'bends');
  if (bends === 'none') return `Paths between paired cells were straight ${cite('cfm')}.`;
  const { metric, rho, metricPower, bandwidth, centers, kappa, hidden, steps, maxEpochs } = fit.settings;
  const named =
    metric === 'land'
      ? `the LAND metric ${cite('land')} (σ = ${number(bandwidth)}, ρ = ${number(rho)}, α = ${number(metricPower)})`
      : `the RBF metric ${cite('mfm')} (${centers} centres, κ = ${number(kappa)}, ρ = ${number(rho)}, α = ${number(metricPower)})`;
  const where =
    bends === 'all' ? '' : ' in the intervals where this was chosen, and were straight in the others';
  return `Paths between paired cells were bent towards the data by a network of three hidden layers of ${hidden} units that minimises their energy in ${named}${where} ${cite('mfm')}, trained for at most ${steps === null ? `${maxEpochs} epochs` : `${steps} steps`}.`;
}

function fieldWords({ settings, steps }: FitResult): string {
  const { hidden, learningRate, weightDecay, minibatch, schedule, noise, rollout, tolerance, eulerSteps } =
    settings;
  const { timeScale, whiten, unitScale } = settings;
  const solver =
    rollout === 'dopri5'
      ? `the Dormand–Prince method of order 5 ${cite('dopri')} (tolerance ${number(tolerance)})`
      : `Euler's method (${eulerSteps} steps between two timepoints)`;
  const scaled = whiten
    ? ' Dimensions were scaled to mean 0 and variance 1.'
    : unitScale
      ? ' All dimensions were divided by one factor, their mean standard deviation.'
      : '';
  return `A velocity field (three hidden layers of ${hidden} SELU units) was trained on the paths by AdamW ${cite('adam')} (learning rate ${number(learningRate)}, ${schedule === 'cosine' ? 'falling to 0 by a cosine' : 'constant, with early stopping'}, weight decay ${number(weightDecay)}, ${minibatch} cells of each timepoint a step, noise σ = ${number(noise)}; ${formatCount(steps)} gradient steps in all, of all networks) and integrated by ${solver}. In the model ${timeScale === 'index' ? 'timepoints are evenly spaced' : 'time runs as it was measured'}.${scaled}`;
}

function unitWords(fit: FitResult | undefined, embedding: string): string {
  if (!fit) return '';
  return fit.settings.whiten
    ? `Distances are in units of the whitened ${embedding}.`
    : `Distances are in units of ${embedding}.`;
}

function evaluationWords({ dataset, config }: Experiment, metrics: Metrics): string[] {
  const { unit } = dataset.timepoints;
  const all = metrics.summary.filter(({ heldOut, w1Mean }) => heldOut === null && w1Mean !== null);
  if (all.length === 0) return [];
  const labels = [...new Set(metrics.rows.map(({ heldOut }) => heldOut))];
  const groups = [...new Set(metrics.rows.map(({ heldOut, heldOutTogether }) => heldOutTogether ?? heldOut))];
  const how = groups.length === 1 && labels.length > 1 ? 'together' : groups.length > 1 ? 'in turn' : '';
  const protocol = [...new Set(metrics.rows.flatMap((row) => row.protocol ?? []))];
  const both = metrics.manifest.fits.some(
    (fit) => fit.heldOut.length > 0 && fit.settings.predictFrom === 'both',
  );
  const distances = all.map(
    ({ method, w1Mean, w1Sd }) =>
      `${methodName(method)} ${number(w1Mean!)}${w1Sd === null ? '' : ` ± ${number(w1Sd)}`}`,
  );
  const floors = metrics.floors.map(
    ({ heldOut, w1Mean, cells }) =>
      `${heldOut}: ${number(w1Mean)} between ${formatCount(cells)} and ${formatCount(cells)} cells`,
  );
  return [
    [
      `For evaluation ${timepointList(labels, unit || undefined)} ${labels.length > 1 ? 'were' : 'was'} held out${how && ` ${how}`}: the fit never saw ${labels.length > 1 ? 'their' : 'its'} cells${protocol.includes('paper') ? ' (but for whitening)' : ''}, and the cells of the last observed timepoint before were carried to the held-out time${both ? ', where the settings say so meeting those of the next observed timepoint carried back (Wasserstein barycentre of the two clouds, weighted by nearness)' : ''}.`,
      `Predicted and real cells were compared by the exact Wasserstein-1 distance (W1, Euclidean, network simplex ${cite('simplex')}). Its mean over held-out timepoints${config.seeds > 1 ? ' ± standard deviation over seeds' : ', of one seed,'} was ${joinAnd(distances)}; lower is better.`,
      ...(metrics.rows.some(({ method }) => method === 'ot')
        ? [
            'Static transport moves cells straight to partners by an exact plan, without a fit; the timepoints before and after are taken as they are.',
          ]
        : []),
      ...(floors.length > 0 ? [`W1 between random parts of the real cells was ${joinAnd(floors)}.`] : []),
    ].join(' '),
  ];
}

function provenanceWords({ config }: Experiment, { manifest }: Metrics): string {
  const { versions, input } = manifest;
  const programs = Object.entries(versions)
    .map(([program, version]) => `${program === 'meander' ? 'Meander' : program} ${version}`)
    .join(', ');
  const means = manifest.fits.flatMap(({ kernels, trainedBy }) => [
    kernels,
    ...(trainedBy ? [`trained by ${trainedBy}`] : []),
  ]);
  const kernels = [...new Set(means)].join(', ');
  return `All was computed by ${programs} (${kernels}; preset ${config.preset}). The arrays that were used (${input.name}) have the SHA-256 ${input.dataSha256}. The same file, configuration and versions give the same numbers again.`;
}
