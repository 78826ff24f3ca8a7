/** What the middle of the window can show of a run. */
export const FIGURE_TABS = ['map', 'distances', 'cell types', 'training', 'choices', 'runs'] as const;
export type FigureTab = (typeof FIGURE_TABS)[number];

/** Which of them is shown while a run is evaluated; the map stays beneath, as it is. */
export class FigureView {
  tab = $state<FigureTab>('distances');
}
