import { fontFamily } from '../../engine/figures/figure.ts';
import { mix } from '../../engine/figures/palette.ts';
import { toScreen } from './camera.ts';
import { lineRuns } from './cpu-painter.ts';
import type { Mark, Sheet } from './export-sheet.ts';
import { ringSize, ringWidth } from './point-size.ts';
import {
  DIMMED,
  fadeOf,
  HOLLOW,
  isShown,
  LEAST_RIMMED_RADIUS,
  type Lines,
  MOST_FADE,
  markDiameter,
  type Points,
  RIM_INK,
  RIM_OPACITY,
  type Scene,
  type View,
} from './scene.ts';

/** Above so many cells they are an image within the figure: viewers and editors fail on more circles. */
export const MOST_CIRCLES = 50_000;

export interface Picture {
  scene: Scene;
  view: View;
}

/**
 * The figure as SVG, with axes and legend as vectors and text.
 * @param cellsImage data URL of an image of cells and points with the size of the view; null: they are circles
 */
export function svgOf({ scene, view }: Picture, sheet: Sheet, cellsImage: string | null): string {
  const { plot, width, height } = sheet;
  const box = `width="${number(plot.width)}" height="${number(plot.height)}"`;
  const cells =
    cellsImage === null
      ? [...circles(scene, view), ...(scene.points === null ? [] : marks(scene.points, view))]
      : [`<image ${box} href="${escapeXml(cellsImage)}"/>`];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(fontFamily)}">`,
    `<clipPath id="plot"><rect ${box}/></clipPath>`,
    `<rect width="${width}" height="${height}" fill="${sheet.ground}"/>`,
    `<g transform="translate(${plot.x} ${plot.y})" clip-path="url(#plot)">`,
    ...cells,
    ...[scene.lines, scene.arrows].flatMap((lines) => (lines === null ? [] : polylines(lines, view))),
    '</g>',
    ...sheet.marks.map(svgMark),
    '</svg>\n',
  ].join('\n');
}

/** Rows of the visible cells whose middle lies within the view, ascending. */
export function rowsInView({ scene, view }: Picture): number[] {
  const rows: number[] = [];
  for (let row = 0; row < scene.states.length; row++) {
    if (!isShown(scene, row)) continue;
    const [x, y] = place(scene.positions, row, view);
    if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) rows.push(row);
  }
  return rows;
}

/** A group a colour: the more cells fade the lower they lie, then missing values, then the entries in order; rings over the discs of their colour. */
function circles(scene: Scene, view: View): string[] {
  const groups = new Map<number, number[]>();
  for (const row of rowsInView({ scene, view })) {
    const state = scene.states[row];
    const bright = MOST_FADE - fadeOf(state, scene.selecting);
    const key = (bright << 20) | (scene.entries[row] << 1) | ((state & HOLLOW) !== 0 ? 1 : 0);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([key, rows]) => {
      const entry = (key & 0xfffff) >> 1;
      const colour = colourOf(scene, entry, 1 - (key >> 20) / MOST_FADE, view);
      const hollow = (key & 1) !== 0;
      const ring = ringSize(view.pointSize);
      const line = ringWidth(ring);
      const radius = number(hollow ? (ring - line) / 2 : view.pointSize / 2);
      const paint = hollow
        ? `fill="none" stroke="${colour}" stroke-width="${number(line)}"`
        : `fill="${colour}"`;
      const dots = rows.map((row) => {
        const [x, y] = place(scene.positions, row, view);
        return `<circle cx="${number(x)}" cy="${number(y)}" r="${radius}"/>`;
      });
      return `<g ${paint}>${dots.join('')}</g>`;
    });
}

function place(positions: Float32Array, row: number, view: View): [number, number] {
  return toScreen(view.camera, view, positions[2 * row], positions[2 * row + 1]);
}

/** @param faded share, 0 to 1 */
function colourOf(scene: Scene, entry: number, faded: number, view: View): string {
  const colour = hex(scene.palette.subarray(4 * entry, 4 * entry + 3));
  return mix(colour, hex(view.faint), DIMMED * faded);
}

/** Points in their order; those of one colour that follow each other share a group. */
function marks({ positions, mass, entries, palette }: Points, view: View): string[] {
  const groups: { entry: number; dots: string[] }[] = [];
  for (let row = 0; row < mass.length; row++) {
    const radius = markDiameter(mass[row], view.markSize) / 2;
    const [x, y] = place(positions, row, view);
    const isSeen = x >= 0 && y >= 0 && x <= view.width && y <= view.height;
    if (radius === 0 || !isSeen || palette[4 * entries[row] + 3] === 0) continue;
    if (groups.at(-1)?.entry !== entries[row]) groups.push({ entry: entries[row], dots: [] });
    // the rim lies inside the disc, as on the screen
    const line = radius > LEAST_RIMMED_RADIUS ? 1 : 0;
    const dot = `<circle cx="${number(x)}" cy="${number(y)}" r="${number(radius - line / 2)}"`;
    groups.at(-1)!.dots.push(line > 0 ? `${dot}/>` : `${dot} stroke="none"/>`);
  }
  return groups.map(({ entry, dots }) => {
    const colour = hex(palette.subarray(4 * entry, 4 * entry + 3));
    const opacity = palette[4 * entry + 3] / 255;
    const rim = mix(colour, hex(view.ink), RIM_INK);
    const rimOpacity = number(opacity + (1 - opacity) * RIM_OPACITY);
    return `<g class="points" fill="${colour}" fill-opacity="${number(opacity)}" stroke="${rim}" stroke-opacity="${rimOpacity}">${dots.join('')}</g>`;
  });
}

function hex(rgb: ArrayLike<number>): string {
  return `#${Array.from(rgb, (value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function polylines(lines: Lines, view: View): string[] {
  return lineRuns(lines).map(({ first, last, entry }) => {
    const points: string[] = [];
    for (let k = first; k <= last; k++) points.push(place(lines.positions, k, view).map(number).join(','));
    const colour = hex(lines.palette.subarray(4 * entry, 4 * entry + 3));
    const opacity = number(lines.palette[4 * entry + 3] / 255);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-opacity="${opacity}"/>`;
  });
}

function svgMark(mark: Mark): string {
  if (mark.kind === 'bar') {
    return `<rect x="${number(mark.x)}" y="${number(mark.y)}" width="${number(mark.width)}" height="${number(mark.height)}" fill="${mark.colour}"/>`;
  }
  if (mark.kind === 'line') {
    const [[x1, y1], [x2, y2]] = [mark.from.map(number), mark.to.map(number)];
    const dashes = mark.dashes ? ` stroke-dasharray="${mark.dashes}"` : '';
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${mark.colour}" stroke-width="1.5" stroke-opacity="${number(mark.opacity ?? 1)}"${dashes}/>`;
  }
  if (mark.kind !== 'text') {
    const paint =
      mark.kind === 'dot'
        ? `r="${mark.radius}" fill="${mark.colour}" fill-opacity="${number(mark.opacity ?? 1)}"`
        : `r="${mark.radius - 0.5}" fill="none" stroke="${mark.colour}"`;
    return `<circle cx="${number(mark.x)}" cy="${number(mark.y)}" ${paint}/>`;
  }
  const turn = mark.turned ? ` transform="rotate(-90 ${number(mark.x)} ${number(mark.y)})"` : '';
  const weight = mark.weight ? ` font-weight="${mark.weight}"` : '';
  return `<text x="${number(mark.x)}" y="${number(mark.y)}" font-size="${mark.size}"${weight} fill="${mark.colour}" text-anchor="${mark.anchor}" xml:space="preserve"${turn}>${escapeXml(mark.text)}</text>`;
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as XML text or within quotes; characters that XML cannot hold at all become �. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
