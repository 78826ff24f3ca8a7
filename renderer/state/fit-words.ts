import { methodLabel, timepointList } from '../../engine/figures/words.ts';

interface Fit {
  method: string;
  /** labels */
  heldOut: readonly string[];
  seed: number;
}

/** `automatic, all timepoints`, `straight paths (OT-CFM), without day 3`. @param several whether seeds tell fits apart */
export function fitWords({ method, heldOut, seed }: Fit, unit?: string, several = false): string {
  const seen = heldOut.length === 0 ? 'all timepoints' : `without ${timepointList(heldOut, unit)}`;
  return `${methodLabel(method)}, ${seen}${several ? `, seed ${seed}` : ''}`;
}
