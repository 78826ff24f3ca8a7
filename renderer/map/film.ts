import { fontFamily, inkOf, type Theme } from '../../engine/figures/figure.ts';
import type { Emphasis } from './cell-map.ts';
import { createCpuPainter } from './cpu-painter.ts';
import { drawMark } from './export-image.ts';
import type { OverlayKey, Sheet } from './export-sheet.ts';
import type { Picture } from './export-svg.ts';
import type { Recording } from './record.ts';
import { ALL_PARTS, fadeGroups, fadeSteps, type Painter, type Points, type Scene } from './scene.ts';
import { type AxisTimepoint, shareOf, timeWords } from './time-axis.ts';
import { createWebglPainter } from './webgl-painter.ts';

/** The way through time, as a film shows it. */
export interface Film {
  timepoints: readonly AxisTimepoint[];
  /** e.g. `day` */
  unit: string;
  /** the time it begins with and the one it ends with; it may go backwards */
  from: number;
  to: number;
  /** what lies over the cells at a time; null: nothing. Buffers that it fills anew are not to be those of the map on the screen. */
  pointsAt(time: number): Points | null;
  /** how much groups of cells stand out at a time; null: all alike */
  emphasisAt?(time: number): Emphasis | null;
  /** legend of what lies over the cells, for all times; absent: as the map has it now */
  overlay?: OverlayKey | null;
  /** of the way itself; default 8 */
  seconds?: number;
  /** frames a second, default 24 */
  rate?: number;
}

export const FILM_SIZE = { width: 1920, height: 1080 };
/** Seconds in which the last frame can be looked at. */
const REST = 0.7;
/** Pixels of the picture and around it. */
const FOOTER = 96;
const MARGIN = 32;

/** A view of the map as a film through time, with axes and legend, the time in words and where it is on an axis. */
export function recordingOf(
  picture: Picture,
  sheet: Sheet,
  film: Film,
  theme: Theme,
): Recording & { dispose(): void } {
  const { seconds = 8, rate = 24, from, to } = film;
  const moving = Math.max(2, Math.round(seconds * rate));
  const frames = moving + Math.round(REST * rate);
  const stage = createStage(picture, sheet);
  return {
    ...FILM_SIZE,
    frames,
    rate,
    draw(context, frame) {
      const time = from + ((to - from) * Math.min(moving - 1, frame)) / (moving - 1);
      stage.draw(context, film.pointsAt(time), film.emphasisAt?.(time) ?? null);
      drawFooter(context, film, time, theme);
    },
    dispose: stage.dispose,
  };
}

function createStage({ scene, view }: Picture, sheet: Sheet) {
  const { width, height } = FILM_SIZE;
  const scale = Math.min((width - 2 * MARGIN) / sheet.width, (height - FOOTER - MARGIN) / sheet.height);
  const left = (width - scale * sheet.width) / 2;
  const top = MARGIN + (height - FOOTER - MARGIN - scale * sheet.height) / 2;
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(view.width * scale));
  canvas.height = Math.max(1, Math.round(view.height * scale));
  const painter: Painter = createWebglPainter(canvas) ?? createCpuPainter(canvas);
  // arrows are those of one time
  const own: Scene = { ...scene, states: scene.states.slice(), arrows: null };
  painter.update(own, ALL_PARTS);
  let shown = '';

  function fade(emphasis: Emphasis | null) {
    const steps = fadeSteps(emphasis?.weights ?? []);
    if (String(steps) === shown) return;
    shown = String(steps);
    fadeGroups(own.states, emphasis === null ? null : { groups: emphasis.groups, steps });
    painter.update(own, ['states']);
  }

  return {
    draw(context: CanvasRenderingContext2D, points: Points | null, emphasis: Emphasis | null) {
      fade(emphasis);
      const isOther = points?.palette !== own.points?.palette;
      own.points = points;
      painter.update(own, isOther ? ['points', 'points palette'] : ['points']);
      painter.paint(own, { ...view, pixelRatio: scale, step: 1 });
      context.resetTransform();
      context.fillStyle = sheet.ground;
      context.fillRect(0, 0, width, height);
      context.drawImage(canvas, left + scale * sheet.plot.x, top + scale * sheet.plot.y);
      context.setTransform(scale, 0, 0, scale, left, top);
      for (const mark of sheet.marks) drawMark(context, mark);
      context.resetTransform();
    },
    dispose: () => painter.dispose(),
  };
}

/** The time in words, and the axis with the timepoints: held-out ones are hollow, as in the window. */
function drawFooter(context: CanvasRenderingContext2D, film: Film, time: number, theme: Theme): void {
  const ink = inkOf(theme);
  const { width, height } = FILM_SIZE;
  const y = height - FOOTER / 2;
  context.fillStyle = ink.text;
  context.font = `600 36px ${fontFamily}`;
  context.textAlign = 'start';
  context.textBaseline = 'middle';
  const words = timeWords(film.timepoints, time, film.unit);
  context.fillText(words, MARGIN, y, 400);
  context.textBaseline = 'alphabetic';
  const [first, last] = [MARGIN + 440, width - 2 * MARGIN];
  const at = (when: number) => first + (last - first) * shareOf(film.timepoints, when);
  context.fillStyle = ink.line;
  context.fillRect(first, y - 1.5, last - first, 3);
  context.fillStyle = ink.text;
  context.fillRect(Math.min(at(film.from), at(time)), y - 2.5, Math.abs(at(time) - at(film.from)), 5);
  for (const timepoint of film.timepoints) {
    context.beginPath();
    context.arc(at(timepoint.time), y, 8, 0, 2 * Math.PI);
    context.fillStyle = timepoint.heldOut ? (theme === 'light' ? '#ffffff' : '#1b1f24') : ink.line;
    context.strokeStyle = timepoint.heldOut ? ink.text : ink.line;
    context.lineWidth = 3;
    context.fill();
    context.stroke();
  }
  context.fillStyle = ink.text;
  context.fillRect(at(time) - 5, y - 16, 10, 32);
}
