import { methodLabel, timepointList } from '../../engine/figures/words.ts';

interface Fit {
  method: string;
  /** labels */
  heldOut: readonly string[];
  seed: number;
}

/** `automatic, all timepoints`, `straight paths (OT-CFM), without day 3`. @param several whether seeds tell fits apart */
export const fitWords = (fit: Fit, unit?: string, several = false): string =>
  fitParts(fit, unit, several).join(' ');

/** The same in parts, for lines that should end where one ends. */
export function fitParts({ method, heldOut, seed }: Fit, unit?: string, several = false): string[] {
  const seen = heldOut.length === 0 ? 'all timepoints' : `without ${timepointList(heldOut, unit)}`;
  const parts = [methodLabel(method), seen, ...(several ? [`seed ${seed}`] : [])];
  return parts.map((part, k) => (k < parts.length - 1 ? `${part},` : part));
}
