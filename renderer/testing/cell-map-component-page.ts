import { createRawSnippet, mount } from 'svelte';
import '../styles/tokens.css';
import CellMap from '../map/CellMap.svelte';
import { colourCells } from '../map/colouring.ts';
import type { SelectionMode } from '../map/selection.ts';

/* The component with a few cells, in the page of its browser test, which reaches it as `bundled`. */

export const heard: { rows: number[]; mode: SelectionMode }[] = [];

export function show(theme: 'light' | 'dark', names: readonly string[]): void {
  document.documentElement.dataset.theme = theme;
  const codes = Int32Array.from([0, 1, 2, 0, 1, -1]);
  mount(CellMap, {
    target: document.getElementById('app')!,
    props: {
      positions: Float32Array.from([0, 0, 1, 0, 1, 1, 0, 1, Number.NaN, 0, 0.5, 0.5]),
      coloured: colourCells({ kind: 'categories', codes, names: [...names], ordered: false }, theme),
      colouredBy: 'cell type',
      axes: ['UMAP 1', 'UMAP 2'],
      theme,
      hollow: Uint8Array.from([0, 0, 1, 0, 0, 0]),
      onselect: (rows: Int32Array, mode: SelectionMode) => heard.push({ rows: [...rows], mode }),
      tooltip: createRawSnippet<[row: number]>((row) => ({ render: () => `<strong>cell ${row()}</strong>` })),
    },
  });
}
