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
  return legend.entries
    .filter(({ code }) => !hidden.has(code))
    .map(({ code, name }) => ({
      name,
      rows: Int32Array.from(entries.keys()).filter((row) => entries[row] === code + 1),
      colour: colourOf(code + 1),
    }));
}
