import type { Theme } from '../../engine/figures/figure.ts';
import { type CellMap, createCellMap } from '../map/cell-map.ts';
import { type Coloured, colourCells } from '../map/colouring.ts';
import { createCpuPainter } from '../map/cpu-painter.ts';
import { exportPng, exportSvg } from '../map/export-image.ts';
import { layoutSheet } from '../map/export-sheet.ts';
import { ALL_PARTS } from '../map/scene.ts';
import type { SelectionMode } from '../map/selection.ts';
import { createWebglPainter } from '../map/webgl-painter.ts';

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

let shown: CellMap | null = null;

/** A map that fills the page; the one before it goes. */
export function openMap({ webgl, theme = 'light' }: MapOptions): CellMap {
  closeMap();
  const canvas = document.createElement('canvas');
  canvas.tabIndex = 0;
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
  document.getElementById('app')!.append(canvas);
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
  shown = map;
  return map;
}

export function closeMap(): void {
  shown?.dispose();
  shown = null;
  document.getElementById('app')!.replaceChildren();
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

/** A map of 3000 cells in five categories, close together, every eleventh a ring. */
export function spiral(webgl: boolean, pointFactor: number): CellMap {
  const map = openMap({ webgl });
  const rows = Array.from({ length: 3000 }, (_, k) => k);
  map.setPositions(
    positionsOf(rows.map((k) => [Math.cos(k * 2.4) * Math.sqrt(k), Math.sin(k * 2.4) * Math.sqrt(k)])),
  );
  map.setColours(
    categories(
      rows.map((k) => k % 5),
      ['a', 'b', 'c', 'd', 'e'],
    ),
  );
  map.setHollow(Uint8Array.from(rows, (k) => (k % 11 === 0 ? 1 : 0)));
  map.setPointFactor(pointFactor);
  return map;
}

/** The spiral with all that can lie over it: points of several masses, some of none, lines and arrows, a third of the cells faded. */
export function spiralWithJourney(webgl: boolean): CellMap {
  const map = spiral(webgl, 1);
  const count = 400;
  const rows = Array.from({ length: count }, (_, k) => k);
  const palette = Uint8Array.from([128, 128, 128, 255, 213, 94, 0, 150, 0, 114, 178, 90]);
  map.setEmphasis({ groups: Int32Array.from({ length: 3000 }, (_, k) => (k % 3) - 1), weights: [0.4, 1] });
  map.setPoints({
    positions: positionsOf(rows.map((k) => [Math.cos(k) * Math.sqrt(7 * k), Math.sin(k) * Math.sqrt(7 * k)])),
    mass: Float32Array.from(rows, (k) => (k % 9) ** 2 / 6),
    entries: Uint8Array.from(rows, (k) => 1 + (k % 2)),
    palette,
  });
  const line = {
    positions: Float32Array.from([-50, -50, 50, 40]),
    starts: Uint32Array.from([0]),
    entries: new Uint16Array(2),
  };
  map.setLines({ ...line, palette: Uint8Array.from([0, 0, 0, 200]) });
  map.setArrows({
    ...line,
    positions: Float32Array.from([-50, 40, 50, -50]),
    palette: Uint8Array.from([0, 0, 0, 255]),
  });
  return map;
}

/** After the map has painted. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

/** An exported figure in base64. */
export async function exported(map: CellMap, coloured: Coloured, format: 'png' | 'svg'): Promise<string> {
  const picture = map.picture();
  const sheet = layoutSheet(picture.view, coloured.legend, new Set(), {
    theme: 'light',
    axes: ['UMAP 1', 'UMAP 2'],
    colouredBy: 'cell type',
    rings: null,
  });
  return base64(format === 'png' ? await exportPng(picture, sheet) : exportSvg(picture, sheet));
}

/** The context of the map's canvas as a test may lose and restore it. */
export function loseContext(): { restore(): void } {
  const gl = document.querySelector('canvas')!.getContext('webgl2')!;
  const extension = gl.getExtension('WEBGL_lose_context')!;
  extension.loseContext();
  return { restore: () => extension.restoreContext() };
}

/** An image as a test can take it over: rgba bytes in base64. */
export interface Pixels {
  width: number;
  height: number;
  rgba: string;
}

/** The pixels of a PNG in base64. */
export async function decode(png: string): Promise<Pixels> {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  return pixels(bitmap, bitmap.width, bitmap.height);
}

/** The pixels of the map's canvas, in the frame in which it is painted: later they are gone. */
export async function readCanvas(): Promise<Pixels> {
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const canvas = document.querySelector('canvas')!;
  return pixels(canvas, canvas.width, canvas.height);
}

/** The picture of a map, drawn once more with each so many-th cell only, as while the view moves. */
export function paintPart(map: CellMap, webgl: boolean, step: number): Pixels {
  const { scene, view } = map.picture();
  const canvas = document.createElement('canvas');
  canvas.width = view.width;
  canvas.height = view.height;
  const painter = webgl ? createWebglPainter(canvas)! : createCpuPainter(canvas);
  painter.update(scene, ALL_PARTS);
  painter.paint(scene, { ...view, pixelRatio: 1, step });
  const painted = pixels(canvas, canvas.width, canvas.height);
  painter.dispose();
  return painted;
}

function pixels(source: CanvasImageSource, width: number, height: number): Pixels {
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(source, 0, 0);
  return { width, height, rgba: base64(context.getImageData(0, 0, width, height).data) };
}

function base64(bytes: Iterable<number>): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
