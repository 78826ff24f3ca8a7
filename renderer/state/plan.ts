import { formatCount } from '../../engine/figures/words.ts';
import type { EmbeddingInfo, OpenedDataset } from '../../engine/host/protocol.ts';
import { type Choices, preparationOf } from './choices.ts';
import { canShow, isMap } from './map-view.ts';

/** What the file has and what will be computed, as sentences. */
export interface Plan {
  there: string[];
  willDo: string[];
}

/** In plain words what preparing will do, from what the file was found to hold. */
export function planOf(
  dataset: OpenedDataset,
  embeddings: readonly EmbeddingInfo[],
  experiment: Choices['experiment'],
): Plan {
  const wants = preparationOf(experiment);
  const ofFile = embeddings.filter((one) => !one.computed);
  const space = ofFile.find((one) => one.name === wants.embedding && one.problem === null);
  const maps = ofFile.filter((one) => isMap(one.name) && canShow(one));
  const computes = wants.expression !== null || !space;
  const dims = wants.dims ?? 50;
  const there = [
    ...dataset.findings.filter(({ subject }) => subject === 'X').map(({ title }) => title),
    space ? `${space.name} has ${formatCount(space.dims)} dimensions.` : `There is no ${wants.embedding}.`,
    maps.length > 0
      ? `Maps for the eye: ${maps.map((one) => one.name).join(', ')}.`
      : 'There is no map for the eye.',
  ];
  if (computes && dataset.nVars === 0)
    return { there, willDo: ['Nothing can be computed: the file has no expression.'] };
  return {
    there,
    willDo: [
      ...limits(wants),
      ...(computes
        ? computing(wants, dims, dataset)
        : [
            `Paths will live in ${space!.name} as it is${
              space!.dims > dims ? `, its first ${dims} dimensions` : ''
            }.`,
          ]),
      mapSentence(wants.map, maps),
    ],
  };
}

type Wants = ReturnType<typeof preparationOf>;

function limits({ where, minCounts, minGenes, maxMitochondrial }: Wants): string[] {
  return [
    ...(where.length > 0
      ? [`Only cells that meet your ${where.length === 1 ? 'condition' : 'conditions'} are used.`]
      : []),
    ...(minCounts ? [`Cells with fewer than ${formatCount(minCounts)} counts are left out.`] : []),
    ...(minGenes ? [`Cells with fewer than ${formatCount(minGenes)} genes are left out.`] : []),
    ...(maxMitochondrial === null
      ? []
      : [
          `Cells with more than ${Number((100 * maxMitochondrial).toPrecision(3))} % mitochondrial counts are left out.`,
        ]),
  ];
}

function computing(wants: Wants, dims: number, { findings, nVars }: OpenedDataset): string[] {
  const state = stateOf(wants, findings);
  const target = wants.targetSum === null ? 'the median over cells' : formatCount(wants.targetSum);
  return [
    ...(state === 'found'
      ? ['What the values still need (one sum a cell, the logarithm) is told by them.']
      : []),
    ...(state === 'counts' ? [`The counts of each cell are brought to one sum (${target}).`] : []),
    ...(state === 'counts' || state === 'normalized' ? ['The logarithm of 1 + value is taken.'] : []),
    state === 'scaled'
      ? 'All genes are taken: which vary most cannot be told after scaling.'
      : `The ${formatCount(Math.min(wants.variableGenes, nVars))} genes that vary most are chosen${
          wants.genesByBatch ? ' in each replicate, then over them' : ''
        }${state === 'found' ? '; all genes where the values are scaled' : ''}.`,
    `Their first ${dims} principal components are computed: the space in which paths will live.`,
  ];
}

/**
 * What was done to the values that are computed from. `found`: the engine will tell, since another matrix is named, or
 * X is scaled or not clear and it looks for a better one.
 */
function stateOf(
  { expression, expressionState }: Wants,
  findings: OpenedDataset['findings'],
): Exclude<Wants['expressionState'], 'auto'> | 'found' {
  if (expressionState !== 'auto') return expressionState;
  if (expression !== null && expression !== 'X') return 'found';
  const said = (pattern: RegExp) =>
    findings.some(({ subject, title }) => subject === 'X' && pattern.test(title));
  if (said(/holds counts/)) return 'counts';
  if (said(/not logged/)) return 'normalized';
  if (said(/log-normalised/)) return 'log-normalized';
  return said(/is scaled/) && expression === 'X' ? 'scaled' : 'found';
}

function mapSentence(map: string, maps: readonly EmbeddingInfo[]): string {
  if (map === 'none') return 'No map is made; components can be shown.';
  if (map !== 'auto') return `${map} is the map.`;
  const umap = maps.find(({ name }) => name === 'X_umap');
  return umap ? 'X_umap of the file is the map.' : 'A map (UMAP) is laid out from near cells.';
}
