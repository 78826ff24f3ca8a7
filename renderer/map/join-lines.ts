import type { Lines } from './scene.ts';

/** Several kinds of lines as one; the later ones lie on top. */
export function joinLines(all: readonly (Lines | null)[]): Lines | null {
  const kinds = all.filter((one) => one !== null);
  if (kinds.length < 2) return kinds[0] ?? null;
  const length = (of: (lines: Lines) => ArrayLike<number>) =>
    kinds.reduce((sum, one) => sum + of(one).length, 0);
  const joined: Lines = {
    positions: new Float32Array(length(({ positions }) => positions)),
    starts: new Uint32Array(length(({ starts }) => starts)),
    entries: new Uint16Array(length(({ entries }) => entries)),
    palette: new Uint8Array(length(({ palette }) => palette)),
  };
  const at = { vertex: 0, line: 0, colour: 0 };
  for (const { positions, starts, entries, palette } of kinds) {
    joined.positions.set(positions, 2 * at.vertex);
    joined.palette.set(palette, 4 * at.colour);
    starts.forEach((start, k) => {
      joined.starts[at.line + k] = start + at.vertex;
    });
    entries.forEach((entry, k) => {
      joined.entries[at.vertex + k] = entry + at.colour;
    });
    at.vertex += entries.length;
    at.line += starts.length;
    at.colour += palette.length / 4;
  }
  return joined;
}
