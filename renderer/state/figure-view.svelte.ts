import { methodsOf } from './run-reading.ts';
import type { Session } from './session.svelte.ts';

/** What the middle of the window can show of a run. */
export const FIGURE_TABS = ['map', 'distances', 'cell types', 'training', 'choices', 'runs'] as const;
export type FigureTab = (typeof FIGURE_TABS)[number];

/** Which of them is shown while a run is evaluated; the map stays beneath, as it is. */
export class FigureView {
  tab = $state<FigureTab>('distances');
}

/** None where the map alone is there. */
export function figureTabs(session: Session): { tab: FigureTab; title: string }[] {
  const { results } = session.runs;
  if (session.step !== 'evaluate' || !results) return [];
  const { metrics, losses, choices } = results;
  return [
    { tab: 'map', title: 'Map' },
    ...(methodsOf(metrics).length > 0 ? [{ tab: 'distances', title: 'Distances' } as const] : []),
    ...(metrics.rows.some(({ cellType }) => cellType !== null)
      ? [{ tab: 'cell types', title: 'By cell type' } as const]
      : []),
    ...(losses.length > 0 || metrics.rows.length > 0
      ? [{ tab: 'training', title: 'Training' } as const]
      : []),
    ...(choices.length > 0 || metrics.growth ? [{ tab: 'choices', title: 'Choices' } as const] : []),
    ...(session.runs.list.length > 1 ? [{ tab: 'runs', title: 'Compare runs' } as const] : []),
  ];
}

/** What was chosen, or the map where the run has nothing of it. */
export function figureShown(session: Session): FigureTab {
  const { tab } = session.figures;
  return figureTabs(session).some((one) => one.tab === tab) ? tab : 'map';
}
