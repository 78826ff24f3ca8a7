import { remember, remembered } from './preferences.ts';

type Side = 'left' | 'right';

const DEFAULTS: Record<Side, number> = { left: 332, right: 272 };
const LIMITS = { min: 220, max: 560 };

/** How wide the panels are, in pixels; remembered. */
export class PanelWidths {
  readonly defaults = DEFAULTS;
  readonly limits = LIMITS;
  left = $state(keptWidth('left'));
  right = $state(keptWidth('right'));

  set(side: Side, width: number): void {
    this[side] = width;
    remember(`width.${side}`, String(width));
  }
}

function keptWidth(side: Side): number {
  const kept = Number(remembered(`width.${side}`) ?? Number.NaN);
  return kept >= LIMITS.min && kept <= LIMITS.max ? kept : DEFAULTS[side];
}
