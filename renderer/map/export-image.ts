import { fontFamily } from '../../engine/figures/figure.ts';
import { paintCells, paintLines, paintPoints } from './cpu-painter.ts';
import type { Mark, Sheet } from './export-sheet.ts';
import { MOST_CIRCLES, type Picture, rowsInView, svgOf } from './export-svg.ts';

/** Pixels a CSS pixel in exported images. */
const RESOLUTION = 2;

/** The figure as a PNG at twice the resolution of the screen's CSS pixels, drawn anew whatever the screen has. */
export async function exportPng(picture: Picture, sheet: Sheet): Promise<Uint8Array<ArrayBuffer>> {
  const [canvas, context] = createSurface(sheet.width, sheet.height);
  context.fillStyle = sheet.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(cellsImage(picture, true), sheet.plot.x * RESOLUTION, sheet.plot.y * RESOLUTION);
  context.scale(RESOLUTION, RESOLUTION);
  for (const mark of sheet.marks) drawMark(context, mark);
  return pngOf(canvas);
}

/** The figure as SVG; above 50,000 cells and points in view they are an image in it. */
export function exportSvg(picture: Picture, sheet: Sheet): Uint8Array<ArrayBuffer> {
  const points = picture.scene.points?.mass.length ?? 0;
  const asImage = rowsInView(picture).length + points > MOST_CIRCLES;
  const image = asImage ? cellsImage(picture, false).toDataURL('image/png') : null;
  return new TextEncoder().encode(svgOf(picture, sheet, image));
}

function cellsImage({ scene, view }: Picture, withLines: boolean): HTMLCanvasElement {
  const [canvas, context] = createSurface(view.width, view.height);
  const image = context.createImageData(canvas.width, canvas.height);
  const sharp = { ...view, pixelRatio: RESOLUTION };
  paintCells(scene, sharp, image, new Uint16Array(canvas.width * canvas.height));
  if (scene.points !== null) paintPoints(scene.points, sharp, image);
  context.putImageData(image, 0, 0);
  for (const lines of [scene.lines, scene.arrows]) {
    if (withLines && lines !== null) paintLines(context, lines, sharp);
  }
  return canvas;
}

function createSurface(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * RESOLUTION));
  canvas.height = Math.max(1, Math.round(height * RESOLUTION));
  return [canvas, canvas.getContext('2d')!];
}

/** A mark of a sheet, on a context that is scaled to CSS pixels. */
export function drawMark(context: CanvasRenderingContext2D, mark: Mark): void {
  context.fillStyle = mark.colour;
  context.strokeStyle = mark.colour;
  if (mark.kind === 'bar') context.fillRect(mark.x, mark.y, mark.width, mark.height);
  else if (mark.kind === 'text') drawText(context, mark);
  else if (mark.kind === 'line') {
    context.globalAlpha = mark.opacity ?? 1;
    context.lineWidth = 1.5;
    context.setLineDash(mark.dashes?.split(' ').map(Number) ?? []);
    context.beginPath();
    context.moveTo(...mark.from);
    context.lineTo(...mark.to);
    context.stroke();
    context.setLineDash([]);
  } else {
    context.globalAlpha = mark.opacity ?? 1;
    context.lineWidth = 1;
    context.beginPath();
    context.arc(mark.x, mark.y, mark.radius - (mark.kind === 'ring' ? 0.5 : 0), 0, 2 * Math.PI);
    if (mark.kind === 'dot') context.fill();
    else context.stroke();
  }
  context.globalAlpha = 1;
}

function drawText(context: CanvasRenderingContext2D, mark: Mark & { kind: 'text' }): void {
  context.save();
  context.font = `${mark.weight ?? 'normal'} ${mark.size}px ${fontFamily}`;
  context.textAlign = mark.anchor === 'middle' ? 'center' : 'start';
  context.translate(mark.x, mark.y);
  if (mark.turned) context.rotate(-Math.PI / 2);
  context.fillText(mark.text, 0, 0);
  context.restore();
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the browser could not make an image of this size');
  return new Uint8Array(await blob.arrayBuffer());
}
