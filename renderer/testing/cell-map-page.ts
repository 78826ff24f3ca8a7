import type { Theme } from '../../engine/figures/figure.ts';
import { type CellMap, createCellMap } from '../map/cell-map.ts';
import { type Coloured, colourCells } from '../map/colouring.ts';
import { exportPng, exportSvg } from '../map/export-image.ts';
import { layoutSheet } from '../map/export-sheet.ts';
import type { SelectionMode } from '../map/selection.ts';

/*
 * Runs in the page of the map's browser tests and of its benchmark: builds maps and says what they did. Tests reach it
 * as `bundled`.
 */

export interface MapOptions {
  webgl: boolean;
  theme?: Theme;
}

/** What the events of a map said, in order. */
export interface Heard {
  rows: number[];
  mode: SelectionMode;
}

export const heard: { selections: Heard[]; hovered: (number | null)[] } = { selections: [], hovered: [] };

/** A map that fills the page. */
export function openMap({ webgl, theme = 'light' }: MapOptions): CellMap {
  const canvas = document.createElement('canvas');
  canvas.tabIndex = 0;
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
  document.getElementById('app')!.replaceChildren(canvas);
  heard.selections = [];
  heard.hovered = [];
  const map = createCellMap(
    canvas,
    {
      onSelect: (rows, mode) => heard.selections.push({ rows: [...rows], mode }),
      onHover: (hit) => heard.hovered.push(hit?.row ?? null),
    },
    { webgl },
  );
  map.setTheme(theme);
  return map;
}

/** Places of cells as JSON can carry them; null: none. */
export function positionsOf(places: readonly ([number, number] | null)[]): Float32Array {
  return Float32Array.from(places.flatMap((place) => place ?? [Number.NaN, Number.NaN]));
}

export function categories(codes: readonly number[], names: readonly string[]): Coloured {
  return colourCells(
    { kind: 'categories', codes: Int32Array.from(codes), names: [...names], ordered: false },
    'light',
  );
}

/** After the map has painted. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

export async function exported(map: CellMap, coloured: Coloured, format: 'png' | 'svg'): Promise<number[]> {
  const picture = map.picture();
  const sheet = layoutSheet(picture.view, coloured.legend, new Set(), {
    theme: 'light',
    axes: ['UMAP 1', 'UMAP 2'],
    colouredBy: 'cell type',
    rings: null,
  });
  return [...(format === 'png' ? await exportPng(picture, sheet) : exportSvg(picture, sheet))];
}

/** The context of the map's canvas as a test may lose and restore it. */
export function loseContext(): { restore(): void } {
  const gl = document.querySelector('canvas')!.getContext('webgl2')!;
  const extension = gl.getExtension('WEBGL_lose_context')!;
  extension.loseContext();
  return { restore: () => extension.restoreContext() };
}

export { colourCells };

/** The pixels of a PNG. */
export async function decode(
  png: readonly number[],
): Promise<{ width: number; height: number; data: number[] }> {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(png)], { type: 'image/png' }));
  return pixels(bitmap, bitmap.width, bitmap.height);
}

/** The pixels of the map's canvas, in the frame in which it was painted. */
export async function readCanvas(): Promise<number[]> {
  const canvas = document.querySelector('canvas')!;
  const { data } = pixels(await createImageBitmap(canvas), canvas.width, canvas.height);
  return data;
}

function pixels(source: CanvasImageSource, width: number, height: number) {
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(source, 0, 0);
  return { width, height, data: [...context.getImageData(0, 0, width, height).data] };
}
