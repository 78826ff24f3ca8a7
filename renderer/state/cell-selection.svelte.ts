import { combineSelection, type SelectionMode } from '../map/selection.ts';
import { countSelected } from './selection.ts';

/** Which cells the user chose, and which one the pointer is at. */
export class CellSelection {
  /** [nObs], 1 = chosen; null: none */
  mask = $state.raw<Uint8Array | null>(null);
  /** row of the cell */
  hovered = $state<number | null>(null);
  count = $derived(countSelected(this.mask));

  select(rows: Int32Array, mode: SelectionMode, nObs: number): void {
    this.mask = combineSelection(this.mask, rows, mode, nObs);
  }

  clear(): void {
    this.mask = null;
    this.hovered = null;
  }
}
