import type { Map3dPredicted, Map3dWays } from '../../engine/figures/map-3d.ts';
import type { Followed } from '../../engine/host/protocol.ts';
import { between, createFrame, fillFrame } from './journey.ts';
import type { ColoursAlong } from './journey-colours.ts';

/** The ways of cells that were followed on a view of three components. @param which indices into `followed.cells`; null: all */
export function ways3d(
  followed: Followed,
  which: ArrayLike<number> | null,
  colours: ColoursAlong,
  name = 'trajectories',
): Map3dWays {
  const chosen = Array.from(which ?? followed.cells.keys());
  const colourOf = hexes(colours);
  const own = (t: number, j: number) => t * followed.cells.length + chosen[j]!;
  return {
    name,
    positions: placesOf(followed.positions, followed, chosen),
    ways: chosen.length,
    colour: followed.times.flatMap((_, t) => chosen.map((_, j) => colourOf(own(t, j)))),
  };
}

/** The straight ways beside them; null: they were not asked for. */
export function straight3d(
  followed: Followed,
  which: ArrayLike<number> | null,
  colour: string,
): Map3dWays | null {
  if (followed.straight === null) return null;
  const chosen = Array.from(which ?? followed.cells.keys());
  const positions = placesOf(followed.straight.positions, followed, chosen);
  return { name: 'straight ways', positions, ways: chosen.length, colour, dashed: true };
}

/** Where the followed cells are at a time; null: they were not followed to it. */
export function predicted3d(
  followed: Followed,
  time: number,
  colours: ColoursAlong,
  name: string,
): Map3dPredicted | null {
  const frame = createFrame(followed);
  if (!fillFrame(followed, time, frame)) return null;
  const { first, second, share } = between(followed.times, time)!;
  const from = (share < 0.5 ? first : second) * followed.cells.length;
  const colourOf = hexes(colours);
  const colour = Array.from(followed.cells, (_, i) => colourOf(from + i));
  return { name, positions: frame.positions, mass: followed.mass && frame.mass, colour };
}

function placesOf(positions: Float32Array, { times, cells }: Followed, chosen: number[]): Float32Array {
  const places = new Float32Array(3 * times.length * chosen.length);
  for (let t = 0; t < times.length; t++) {
    for (const [j, cell] of chosen.entries()) {
      const from = 3 * (t * cells.length + cell);
      places.set(positions.subarray(from, from + 3), 3 * (t * chosen.length + j));
    }
  }
  return places;
}

/** The colour of each place, as text: made once an entry, since there are millions of places. */
function hexes({ entries, palette }: ColoursAlong): (k: number) => string {
  const table = Array.from({ length: palette.length / 4 }, (_, entry) =>
    Array.from(palette.subarray(4 * entry, 4 * entry + 3), (c) => c.toString(16).padStart(2, '0')).join(''),
  ).map((rgb) => `#${rgb}`);
  return (k) => table[entries[k]!]!;
}
