import { ringSize, ringWidth } from './point-size.ts';
import {
  DIMMED,
  fadeOf,
  HOLLOW,
  LEAST_RIMMED_RADIUS,
  type Lines,
  liesBelow,
  MOST_FADE,
  markDiameter,
  NO_PLACE,
  type Painter,
  type Points,
  priorityOf,
  RIM_INK,
  RIM_OPACITY,
  type Scene,
  type View,
} from './scene.ts';

/** An image of rgba bytes, as `ImageData` is one. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Draws without WebGL, the same picture pixel by pixel but for rounding. */
export function createCpuPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d')!;
  let image: ImageData | null = null;
  let depth = new Uint16Array(0);
  return {
    kind: 'cpu',
    update() {},
    busy: () => false,
    paint(scene, view) {
      const { width, height } = canvas;
      if (width === 0 || height === 0) return;
      if (image?.width !== width || image.height !== height) {
        image = context.createImageData(width, height);
        depth = new Uint16Array(width * height);
      }
      paintCells(scene, view, image, depth);
      if (scene.points !== null) paintPoints(scene.points, view, image);
      context.putImageData(image, 0, 0);
      for (const lines of [scene.lines, scene.arrows]) {
        if (lines !== null) paintLines(context, lines, view);
      }
    },
    dispose() {
      image = null;
    },
  };
}

/**
 * Draws the cells over a transparent ground.
 * @param view its pixelRatio says how many of the image's pixels are a CSS pixel
 * @param depth working memory, [width · height]
 */
export function paintCells(scene: Scene, view: View, image: Pixels, depth: Uint16Array): void {
  const { positions, states, entries } = scene;
  const { camera, pixelRatio } = view;
  const { width, height } = image;
  const colours = new Uint32Array(image.data.buffer, image.data.byteOffset, width * height);
  colours.fill(0);
  depth.fill(0);
  const packed = Array.from({ length: MOST_FADE + 1 }, () => null as Uint32Array | null);
  const scale = camera.scale * pixelRatio;
  const diameter = view.pointSize * pixelRatio;
  const ring = ringSize(view.pointSize) * pixelRatio;
  const line = ringWidth(ringSize(view.pointSize)) * pixelRatio;
  const reach = Math.max(diameter, ring);

  for (let row = 0; row < states.length; row += view.step) {
    const state = states[row];
    const entry = entries[row];
    if ((state & NO_PLACE) !== 0 || scene.palette[4 * entry + 3] === 0) continue;
    const x = width / 2 + (positions[2 * row] - camera.x) * scale;
    const y = height / 2 - (positions[2 * row + 1] - camera.y) * scale;
    if (x < -reach || y < -reach || x > width + reach || y > height + reach) continue;
    const fade = fadeOf(state, scene.selecting);
    const priority = priorityOf(row, entry, liesBelow(fade), scene.ranked) + 1;
    packed[fade] ??= packColours(scene.palette, view.faint, fade);
    const colour = packed[fade][entry];
    if ((state & HOLLOW) !== 0)
      disc(image, colours, depth, x, y, ring / 2, ring / 2 - line, colour, priority);
    else if (diameter < 3) square(colours, depth, width, height, x, y, diameter, colour, priority);
    else disc(image, colours, depth, x, y, diameter / 2, 0, colour, priority);
  }
}

/** Little-endian abgr of each entry, opaque, faded so far. */
function packColours(palette: Uint8Array, faint: View['faint'], fade: number): Uint32Array {
  const share = (DIMMED * fade) / MOST_FADE;
  const channel = (k: number, c: number) =>
    Math.round(palette[4 * k + c] * (1 - share) + faint[c as 0 | 1 | 2] * share);
  return Uint32Array.from(
    { length: palette.length / 4 },
    (_, k) => 0xff000000 | (channel(k, 2) << 16) | (channel(k, 1) << 8) | channel(k, 0),
  );
}

function square(
  colours: Uint32Array,
  depth: Uint16Array,
  width: number,
  height: number,
  x: number,
  y: number,
  diameter: number,
  colour: number,
  priority: number,
): void {
  const left = Math.max(0, Math.ceil(x - diameter / 2 - 0.5));
  const top = Math.max(0, Math.ceil(y - diameter / 2 - 0.5));
  const right = Math.min(width, Math.ceil(x + diameter / 2 - 0.5));
  const bottom = Math.min(height, Math.ceil(y + diameter / 2 - 0.5));
  for (let py = top; py < bottom; py++) {
    for (let at = py * width + left; at < py * width + right; at++) {
      if (priority < depth[at]) continue;
      depth[at] = priority;
      colours[at] = colour;
    }
  }
}

function disc(
  image: Pixels,
  colours: Uint32Array,
  depth: Uint16Array,
  x: number,
  y: number,
  radius: number,
  hole: number,
  colour: number,
  priority: number,
): void {
  const { width, height, data } = image;
  const reach = radius + 0.5;
  const left = Math.max(0, Math.ceil(x - reach - 0.5));
  const right = Math.min(width, Math.ceil(x + reach - 0.5));
  const bottom = Math.min(height, Math.ceil(y + reach - 0.5));
  for (let py = Math.max(0, Math.ceil(y - reach - 0.5)); py < bottom; py++) {
    for (let px = left; px < right; px++) {
      const at = py * width + px;
      if (priority < depth[at]) continue;
      const d = Math.sqrt((px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2);
      let cover = Math.min(1, Math.max(0, radius - d + 0.5));
      if (hole > 0) cover *= Math.min(1, Math.max(0, d - hole + 0.5));
      if (cover < 0.1) continue;
      depth[at] = priority;
      if (cover === 1) colours[at] = colour;
      else blend(data, 4 * at, colour, cover);
    }
  }
}

/** Lays a colour that covers part of a pixel over what is there (neither is premultiplied). */
function blend(data: Uint8ClampedArray, at: number, colour: number, cover: number): void {
  const below = (data[at + 3] / 255) * (1 - cover);
  const alpha = cover + below;
  data[at] = ((colour & 255) * cover + data[at] * below) / alpha;
  data[at + 1] = (((colour >>> 8) & 255) * cover + data[at + 1] * below) / alpha;
  data[at + 2] = (((colour >>> 16) & 255) * cover + data[at + 2] * below) / alpha;
  data[at + 3] = 255 * alpha;
}

/** Draws points over what is there, in the order of their rows. */
export function paintPoints(points: Points, view: View, image: Pixels): void {
  const { positions, mass, entries, palette } = points;
  const { camera, pixelRatio, ink } = view;
  const { width, height, data } = image;
  const scale = camera.scale * pixelRatio;
  for (let row = 0; row < mass.length; row++) {
    const radius = markDiameter(mass[row], view.markSize * pixelRatio) / 2;
    const x = width / 2 + (positions[2 * row] - camera.x) * scale;
    const y = height / 2 - (positions[2 * row + 1] - camera.y) * scale;
    const reach = radius + 0.5;
    const isSeen = x > -reach && y > -reach && x < width + reach && y < height + reach;
    const k = 4 * entries[row];
    const opacity = palette[k + 3] / 255;
    if (radius === 0 || opacity === 0 || !isSeen) continue;
    const rimmed = radius > LEAST_RIMMED_RADIUS;
    /** within it all pixels are alike */
    const inner = Math.max(0, radius - (rimmed ? 1.5 : 0.5)) ** 2;
    const left = Math.max(0, Math.ceil(x - reach - 0.5));
    const right = Math.min(width, Math.ceil(x + reach - 0.5));
    const bottom = Math.min(height, Math.ceil(y + reach - 0.5));
    for (let py = Math.max(0, Math.ceil(y - reach - 0.5)); py < bottom; py++) {
      for (let px = left; px < right; px++) {
        const squared = (px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2;
        if (squared >= reach * reach) continue;
        let rim = 0;
        let cover = opacity;
        if (squared > inner) {
          const d = Math.sqrt(squared);
          if (rimmed) rim = Math.min(1, Math.max(0, d - radius + 1.5));
          cover = Math.min(1, radius - d + 0.5) * (opacity + (1 - opacity) * rim * RIM_OPACITY);
        }
        const at = 4 * (py * width + px);
        const alpha = cover + (data[at + 3] / 255) * (1 - cover);
        const share = cover / alpha;
        const inked = rim * RIM_INK;
        data[at] += (palette[k] + (ink[0] - palette[k]) * inked - data[at]) * share;
        data[at + 1] += (palette[k + 1] + (ink[1] - palette[k + 1]) * inked - data[at + 1]) * share;
        data[at + 2] += (palette[k + 2] + (ink[2] - palette[k + 2]) * inked - data[at + 2]) * share;
        data[at + 3] = 255 * alpha;
      }
    }
  }
}

/** Draws lines one CSS pixel wide, each piece in the colour of the vertex where it ends. */
export function paintLines(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  lines: Lines,
  view: View,
): void {
  const scale = view.camera.scale * view.pixelRatio;
  const { positions, palette } = lines;
  context.lineWidth = view.pixelRatio;
  for (const run of lineRuns(lines)) {
    const [r, g, b, a] = palette.subarray(4 * run.entry, 4 * run.entry + 4);
    context.strokeStyle = `rgba(${r}, ${g}, ${b}, ${a / 255})`;
    context.beginPath();
    for (let k = run.first; k <= run.last; k++) {
      context.lineTo(
        (view.width / 2) * view.pixelRatio + (positions[2 * k] - view.camera.x) * scale,
        (view.height / 2) * view.pixelRatio - (positions[2 * k + 1] - view.camera.y) * scale,
      );
    }
    context.stroke();
  }
}

/** Parts of lines without a gap and of one colour, by their first and last vertex. */
export function lineRuns({
  positions,
  starts,
  entries,
}: Lines): { first: number; last: number; entry: number }[] {
  const isStart = new Set(starts);
  const runs: { first: number; last: number; entry: number }[] = [];
  for (let k = 1; k < entries.length; k++) {
    const sum = positions[2 * k] + positions[2 * k + 1] + positions[2 * k - 2] + positions[2 * k - 1];
    if (isStart.has(k) || !Number.isFinite(sum)) continue;
    const run = runs.at(-1);
    if (run?.last === k - 1 && run.entry === entries[k]) run.last = k;
    else runs.push({ first: k - 1, last: k, entry: entries[k] });
  }
  return runs;
}
