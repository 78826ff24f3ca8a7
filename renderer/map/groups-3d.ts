import type { Map3dGroup } from '../../engine/figures/map-3d.ts';
import type { Coloured } from './colouring.ts';

/** The cells of a picture in three components: a group for each category that is not hidden, or one with the ramp's colours. */
export function groups3d(
  { entries, palette, ranked, legend }: Coloured,
  hidden: ReadonlySet<number>,
): Map3dGroup[] {
  const colourOf = (entry: number) =>
    `#${[0, 1, 2].map((c) => palette[4 * entry + c]!.toString(16).padStart(2, '0')).join('')}`;
  if (ranked || legend.kind === 'numbers') {
    const rows = Int32Array.from(entries.keys()).filter((row) => entries[row] !== 0 || !hidden.has(-1));
    return [{ name: 'cells', rows, colour: Array.from(rows, (row) => colourOf(entries[row]!)) }];
  }
  // one pass: hundreds of categories of a million cells
  const rows: Int32Array[] = [];
  for (const { code, count } of legend.entries) rows[code + 1] = new Int32Array(count);
  const filled = new Uint32Array(palette.length / 4);
  for (let row = 0; row < entries.length; row++) {
    const entry = entries[row]!;
    rows[entry]![filled[entry]!++] = row;
  }
  return legend.entries
    .filter(({ code }) => !hidden.has(code))
    .map(({ code, name }) => ({ name, rows: rows[code + 1]!, colour: colourOf(code + 1) }));
}
