import type { EmbeddingInfo } from '../../engine/host/protocol.ts';
import type { View } from './choices.ts';

/** Layouts made for the eye. */
const MAPS = /umap|tsne|t-sne|draw_graph|fa2?$|phate|force/i;
const COMPONENTS = /^(x_)?pca$/i;

export const isMap = (name: string) => MAPS.test(name);
export const isPca = (name: string) => COMPONENTS.test(name);
export const canShow = ({ dims, problem }: EmbeddingInfo) => problem === null && dims >= 2;

/** What is shown first: a map for the eye, else the first two principal components, else whatever has two. */
export function firstView(embeddings: readonly EmbeddingInfo[]): View | null {
  const shown = embeddings.filter(canShow);
  const best =
    shown.find(({ name }) => /umap/i.test(name)) ??
    shown.find(({ name }) => isMap(name)) ??
    shown.find(({ name }) => isPca(name)) ??
    shown[0];
  return best ? { embedding: best.name, components: [0, 1] } : null;
}

/** A new list of embeddings replaces those of the same name and keeps the others. */
export function mergeEmbeddings(there: readonly EmbeddingInfo[], more: readonly EmbeddingInfo[]) {
  const names = new Set(more.map(({ name }) => name));
  return [...there.filter(({ name }) => !names.has(name)), ...more];
}
