/** What a methods section may cite, by what it is cited for. */
export const REFERENCES = {
  mfm: 'Kapuśniak K, Potaptchik P, Reu T, Zhang L, Tong A, Bronstein M, Bose AJ, Di Giovanni F. Metric Flow Matching for smooth interpolations on the data manifold. arXiv:2405.14780 (2024).',
  cfm: 'Tong A, Fatras K, Malkin N, Huguet G, Zhang Y, Rector-Brooks J, Wolf G, Bengio Y. Improving and generalizing flow-based generative models with minibatch optimal transport. arXiv:2302.00482 (2023).',
  land: 'Arvanitidis G, Hansen LK, Hauberg S. A locally adaptive normal distribution. Advances in Neural Information Processing Systems 29 (2016). arXiv:1606.02518.',
  simplex:
    'Bonneel N, van de Panne M, Paris S, Heidrich W. Displacement interpolation using Lagrangian mass transport. ACM Transactions on Graphics 30, 158 (2011).',
  sinkhorn:
    'Cuturi M. Sinkhorn distances: lightspeed computation of optimal transport. Advances in Neural Information Processing Systems 26 (2013). arXiv:1306.0895.',
  unbalanced:
    'Chizat L, Peyré G, Schmitzer B, Vialard F-X. Scaling algorithms for unbalanced optimal transport problems. Mathematics of Computation 87, 2563–2609 (2018). arXiv:1607.05816.',
  wot: 'Schiebinger G, Shu J, Tabaka M and others. Optimal-transport analysis of single-cell gene expression identifies developmental trajectories in reprogramming. Cell 176, 928–943 (2019).',
  dopri:
    'Dormand JR, Prince PJ. A family of embedded Runge–Kutta formulae. Journal of Computational and Applied Mathematics 6, 19–26 (1980).',
  umap: 'McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection for dimension reduction. arXiv:1802.03426 (2018).',
  scanpy:
    'Wolf FA, Angerer P, Theis FJ. SCANPY: large-scale single-cell gene expression data analysis. Genome Biology 19, 15 (2018).',
  adam: 'Loshchilov I, Hutter F. Decoupled weight decay regularization. arXiv:1711.05101 (2017).',
} as const;
export type Reference = keyof typeof REFERENCES;

// private characters, which texts of users do not hold
const MARK = /\ue000([a-z,]*)\ue001/g;

/** A mark in a text that becomes the numbers of these references. */
export const cite = (...references: Reference[]) => `\ue000${references.join(',')}\ue001`;

/** Numbers references in the order in which a text cites them first: `[1]`, `[1, 3]`. @returns the text, and the list, one a line */
export function numberReferences(text: string): { text: string; list: string } {
  const cited: Reference[] = [];
  const numbered = text.replaceAll(MARK, (_, references: string) => {
    const numbers = (references.split(',') as Reference[]).map((reference) => {
      if (!cited.includes(reference)) cited.push(reference);
      return cited.indexOf(reference) + 1;
    });
    return `[${numbers.join(', ')}]`;
  });
  return { text: numbered, list: cited.map((name, i) => `${i + 1}. ${REFERENCES[name]}`).join('\n') };
}
