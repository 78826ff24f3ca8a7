import type { Arrows, Followed } from '../../engine/host/protocol.ts';
import type { ColoursAlong } from './journey-colours.ts';
import type { Lines } from './scene.ts';

/** Opacity of what runs far from any cell, beside that of the others. */
export const FAR_OPACITY = 0.35;
/** Opacity goes with the mass, a step a factor of √2, down to what can just be seen. */
const MASS_STEPS_PER_HALF = 2;
const FAINTEST_STEP = 4;
/** What the map tears apart is there, but no more than hinted at. */
const TORN_OPACITY = 0.3;
/** Dashes and gaps on the longer side of all straight ways, and of what the map tears apart. */
const DASHES = 160;
const DOTS = 400;
/** Share of the distance between arrows that fast ones take; the others in proportion. */
const LONGEST_ARROW = 1.1;
const FAST = 0.95;
/** An arrow of so many cells is drawn in full colour. */
const MANY_CELLS = 12;
const OPACITIES = 8;

/**
 * The ways of followed cells as lines, coloured along; fainter where a cell stands for less than one, and where they run far from any
 * cell, parted where the map tears apart what is near (`tornLines`).
 * @param which indices into `followed.cells`; null: all
 */
export function wayLines(
  followed: Followed,
  which: ArrayLike<number> | null,
  { entries, palette }: Pick<ColoursAlong, 'entries' | 'palette'>,
): Lines {
  const { times, cells, positions, mass, cellDistance, jumps } = followed;
  const chosen = which ?? Uint32Array.from(cells.keys());
  const lines = emptyLines(chosen.length, times.length);
  const colours = fadedColours(palette, opacityOf(chosen.length));
  const starts: number[] = [];
  for (let j = 0; j < chosen.length; j++) {
    for (let t = 0; t < times.length; t++) {
      const from = t * cells.length + chosen[j]!;
      const to = j * times.length + t;
      copyPlace(positions, times.length * cells.length, from, lines.positions, to);
      lines.entries[to] = colours.of(entries[from]!, mass?.[from] ?? 1, cellDistance[from]! > 1);
      if (t === 0 || jumps?.[from]) starts.push(to);
    }
  }
  return { ...lines, starts: Uint32Array.from(starts), palette: colours.palette() };
}

/** The steps that the map tears apart, faint and dotted; null: there are none. */
export function tornLines(
  followed: Followed,
  which: ArrayLike<number> | null,
  { entries, palette }: Pick<ColoursAlong, 'entries' | 'palette'>,
): Lines | null {
  const { times, cells, positions, jumps } = followed;
  const chosen = which ?? Uint32Array.from(cells.keys());
  const torn: number[] = [];
  for (let j = 0; jumps && j < chosen.length; j++)
    for (let t = 1; t < times.length; t++)
      if (jumps[t * cells.length + chosen[j]!]) torn.push(t * cells.length + chosen[j]!);
  if (torn.length === 0) return null;
  const lines = emptyLines(torn.length, 2);
  const places = times.length * cells.length;
  torn.forEach((to, i) => {
    copyPlace(positions, places, to - cells.length, lines.positions, 2 * i);
    copyPlace(positions, places, to, lines.positions, 2 * i + 1);
    lines.entries.fill(entries[to]!, 2 * i, 2 * i + 2);
  });
  const faint = palette.map((value, k) => (k % 4 === 3 ? Math.round(TORN_OPACITY * value) : value));
  return dashed({ ...lines, palette: faint }, dashOf(positionsOnTwo(positions, places), DOTS));
}

/** The first two components of all places. */
function positionsOnTwo(positions: Float32Array, places: number): Float32Array {
  const flat = new Float32Array(2 * places);
  for (let i = 0; i < places; i++) copyPlace(positions, places, i, flat, i);
  return flat;
}

/** The straight ways between the places at the observed timepoints, dashed; null: they were not asked for. */
export function straightLines(
  followed: Followed,
  which: ArrayLike<number> | null,
  colour: readonly [number, number, number],
): Lines | null {
  if (followed.straight === null) return null;
  const { times, cells } = followed;
  const chosen = which ?? Uint32Array.from(cells.keys());
  const lines = emptyLines(chosen.length, times.length);
  for (let j = 0; j < chosen.length; j++) {
    for (let t = 0; t < times.length; t++) {
      const from = t * cells.length + chosen[j]!;
      copyPlace(
        followed.straight.positions,
        times.length * cells.length,
        from,
        lines.positions,
        j * times.length + t,
      );
    }
  }
  const opacity = Math.round(255 * Math.min(1, 1.5 * opacityOf(chosen.length)));
  return dashed(
    { ...lines, palette: Uint8Array.from([...colour, opacity]) },
    dashOf(lines.positions, DASHES),
  );
}

function emptyLines(count: number, vertices: number): Omit<Lines, 'palette'> {
  return {
    positions: new Float32Array(2 * count * vertices),
    starts: Uint32Array.from({ length: count }, (_, j) => j * vertices),
    entries: new Uint16Array(count * vertices),
  };
}

/** On the first two components. */
function copyPlace(from: Float32Array, places: number, i: number, to: Float32Array, j: number): void {
  const components = from.length / places;
  to[2 * j] = from[components * i]!;
  to[2 * j + 1] = from[components * i + 1]!;
}

/** Few lines are strong; many show by their density where they run. */
function opacityOf(lines: number): number {
  return Math.min(0.8, Math.max(0.15, 6 / Math.sqrt(Math.max(1, lines))));
}

/** A palette of the colours that are used, each in the opacities that it is used in: all of them in all would be too many. */
function fadedColours(palette: Uint8Array, opacity: number) {
  const known = new Map<number, number>();
  const rgba: number[] = [];
  return {
    of(entry: number, mass: number, far: boolean): number {
      const step = Math.round(-MASS_STEPS_PER_HALF * Math.log2(mass));
      const faint = Math.min(FAINTEST_STEP, Math.max(0, step));
      const key = 2 * (entry * (FAINTEST_STEP + 1) + faint) + (far ? 1 : 0);
      const seen = known.get(key);
      if (seen !== undefined) return seen;
      const share = opacity * 2 ** (-faint / MASS_STEPS_PER_HALF) * (far ? FAR_OPACITY : 1);
      const [r, g, b, a] = palette.subarray(4 * entry, 4 * entry + 4) as unknown as number[];
      rgba.push(r!, g!, b!, Math.round(a! * share));
      known.set(key, known.size);
      return known.size - 1;
    },
    palette: () => Uint8Array.from(rgba),
  };
}

/** The length of a dash of which so many, with their gaps, go along the longer side. */
function dashOf(positions: Float32Array, dashes: number): number {
  let longest = 0;
  for (const axis of [0, 1]) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = axis; k < positions.length; k += 2) {
      const value = positions[k]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    longest = Math.max(longest, high - low);
  }
  return longest / dashes;
}

/** Lines cut into dashes and gaps of one length (data units), in the entries of the vertices where each piece ends. */
export function dashed({ positions, starts, entries, palette }: Lines, length: number): Lines {
  if (!(length > 0)) return { positions, starts, entries, palette };
  const isStart = new Set(starts);
  const places: number[] = [];
  const begins: number[] = [];
  const colours: number[] = [];
  const put = (x: number, y: number, entry: number, begin: boolean) => {
    if (begin) begins.push(colours.length);
    places.push(x, y);
    colours.push(entry);
  };
  /** how far along its line, in dashes and gaps */
  let along = 0;
  for (let k = 1; k < entries.length; k++) {
    if (isStart.has(k)) {
      along = 0;
      continue;
    }
    const [x0, y0, x1, y1] = positions.subarray(2 * k - 2, 2 * k + 2) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const pieces = Math.hypot(x1 - x0, y1 - y0) / length;
    if (!Number.isFinite(pieces) || pieces === 0) continue;
    const at = (share: number) => [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share] as const;
    for (let dash = Math.floor(along / 2); 2 * dash < along + pieces; dash++) {
      const from = Math.max(0, 2 * dash - along) / pieces;
      const to = Math.min(pieces, 2 * dash + 1 - along) / pieces;
      if (to <= from) continue;
      put(...at(from), entries[k]!, true);
      put(...at(to), entries[k]!, false);
    }
    along += pieces;
  }
  return {
    positions: Float32Array.from(places),
    starts: Uint32Array.from(begins),
    entries: Uint16Array.from(colours),
    palette,
  };
}

/** Arrows as lines: a shaft and a head each. Fast ones reach almost to the next, and few cells make a faint one. */
export function arrowLines(arrows: Arrows, colour: readonly [number, number, number]): Lines {
  const { positions, directions, counts } = arrows;
  const scale = arrowScale(arrows);
  const lines = {
    positions: new Float32Array(10 * counts.length),
    starts: new Uint32Array(2 * counts.length),
    entries: new Uint16Array(5 * counts.length),
  };
  for (let i = 0; i < counts.length; i++) {
    const [x, y] = [positions[2 * i]!, positions[2 * i + 1]!];
    const [dx, dy] = [directions[2 * i]! * scale, directions[2 * i + 1]! * scale];
    const barb = (turn: number) => [x + 0.65 * dx - turn * 0.22 * dy, y + 0.65 * dy + turn * 0.22 * dx];
    lines.positions.set([x, y, x + dx, y + dy, ...barb(1), x + dx, y + dy, ...barb(-1)], 10 * i);
    lines.starts.set([5 * i, 5 * i + 2], 2 * i);
    const strength = Math.ceil(OPACITIES * Math.min(1, counts[i]! / MANY_CELLS)) - 1;
    lines.entries.fill(Math.max(0, strength), 5 * i, 5 * i + 5);
  }
  const palette = Uint8Array.from({ length: 4 * OPACITIES }, (_, k) =>
    k % 4 < 3 ? colour[(k % 4) as 0 | 1 | 2] : Math.round(90 + (150 * (1 + (k >> 2))) / OPACITIES),
  );
  return { ...lines, palette };
}

function arrowScale({ positions, directions }: Arrows): number {
  const speeds = Float64Array.from({ length: directions.length / 2 }, (_, i) =>
    Math.hypot(directions[2 * i]!, directions[2 * i + 1]!),
  )
    .filter((speed) => Number.isFinite(speed) && speed > 0)
    .sort();
  const fast = speeds[Math.floor(FAST * (speeds.length - 1))];
  return fast === undefined ? 0 : (LONGEST_ARROW * spacingOf(positions)) / fast;
}

/** The distance between columns or rows of the grid, whichever is less. */
function spacingOf(positions: Float32Array): number {
  const gaps = [0, 1].map((axis) => {
    const values = positions.filter((_, k) => k % 2 === axis).sort();
    const wide = (values.at(-1) ?? 0) - (values[0] ?? 0);
    let least = Number.POSITIVE_INFINITY;
    for (let k = 1; k < values.length; k++) {
      const gap = values[k]! - values[k - 1]!;
      if (gap > 1e-4 * wide && gap < least) least = gap;
    }
    return least;
  });
  const least = Math.min(...gaps);
  return Number.isFinite(least) ? least : 1;
}
