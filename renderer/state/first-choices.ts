import type { OpenedDataset } from '../../engine/host/protocol.ts';
import { cellTypeColumn } from './cell-type-column.ts';
import { type Choices, choicesOfRun, NO_CHOICES, timepointsKey } from './choices.ts';
import { firstView } from './map-view.ts';

/** The time column that looks most like one, the cell types if there are any, the first map; of a session what it was made with. */
export function firstChoices(opened: OpenedDataset): Choices {
  const { timeColumns, obs, embeddings, experiment: given } = opened;
  const best = timeColumns[0]?.name;
  const label = cellTypeColumn(opened);
  const column = obs.find(({ kind }) => kind === 'categorical' || kind === 'string')?.name;
  const chosen = {
    ...(best !== undefined && { time: best }),
    ...(label !== null && { label }),
  };
  const experiment = given ? choicesOfRun({ experiment: given }) : chosen;
  const byColumn = column === undefined ? null : ({ kind: 'column', column } as const);
  return {
    ...NO_CHOICES,
    experiment,
    colourBy: experiment.time === undefined ? byColumn : { kind: 'timepoint' },
    view: firstView(embeddings),
    agreed: given ? timepointsKey(experiment) : null,
  };
}
