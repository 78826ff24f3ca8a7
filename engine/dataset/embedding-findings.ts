import type { DatasetFacts, Finding } from './finding.ts';
import { listNames } from './names.ts';

/** Maps for the eye: distances in them mean little. */
const MAPS = /umap|tsne|t-sne|draw_graph|fa2?$|phate|force|spatial/i;
/** Embeddings in which batches were brought together. */
const INTEGRATED = /harmony|scvi|scanvi|scanorama|bbknn|mnn|cca|integrat|totalvi|liger|_emb$/i;
/** Directions beside an embedding: Meander's own, scVelo's. */
const VELOCITIES = /velocity/i;

/** Which embeddings can serve, and which is best. */
export function embeddingFindings({ embeddings, expression }: DatasetFacts): Finding[] {
  const usable = embeddings.filter(isSpace);
  const findings: Finding[] = embeddings.flatMap(({ name, problem }): Finding[] => {
    const subject = `obsm/${name}`;
    if (problem !== null)
      return [{ severity: 'note', subject, title: 'This embedding cannot serve.', reason: problem }];
    if (VELOCITIES.test(name))
      return [
        {
          severity: 'note',
          subject,
          title: 'These are velocities.',
          reason: 'They are directions, not positions of cells.',
        },
      ];
    if (MAPS.test(name))
      return [
        {
          severity: 'note',
          subject,
          title: 'This is a map for the eye.',
          reason: 'Distances in it mean little, so paths are not fitted there.',
        },
      ];
    return [];
  });
  if (usable.length === 0 && expression !== null)
    return [
      ...findings,
      {
        severity: 'note',
        subject: 'obsm',
        title: `Principal components will be computed from ${expression.key}.`,
        reason: 'The file has none. For each held-out timepoint that is done without its cells too.',
      },
    ];
  if (usable.length === 0)
    return [
      ...findings,
      {
        severity: 'error',
        subject: 'obsm',
        title: 'There is no embedding to fit paths in.',
        reason: 'The method needs coordinates in which near cells are alike, such as principal components.',
        action: {
          label:
            'Use a file with counts, from which one can be computed; or say what this one holds: --expression KEY --expression-state STATE.',
        },
      },
    ];
  const best = bestEmbedding(embeddings)!;
  findings.push({
    severity: 'note',
    subject: `obsm/${best.name}`,
    title: `${best.name} is the best embedding for paths.`,
    reason: `${
      INTEGRATED.test(best.name)
        ? 'Its name says that batches were brought together in it.'
        : `${best.dims} dimensions; usable are ${listNames(usable.map(({ name }) => name))}.`
    } It may have seen the cells that a fit holds out${
      expression === null ? '.' : `; --expression ${expression.key} computes one that has not.`
    }`,
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
export function bestEmbedding(embeddings: DatasetFacts['embeddings']) {
  const usable = embeddings.filter(isSpace);
  return usable.find(({ name }) => INTEGRATED.test(name)) ?? usable.find(isPca) ?? usable[0];
}

const isSpace = ({ name, problem }: { name: string; problem: string | null }) =>
  problem === null && !MAPS.test(name) && !VELOCITIES.test(name);

const isPca = ({ name }: { name: string }) => /^X_pca$|^pca$/i.test(name);
