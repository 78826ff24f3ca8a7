import type { GeneInfo, OpenedDataset } from '../../engine/host/protocol.ts';
import type { ColourBy } from './choices.ts';
import { GROWTH_SCORE } from './colour-words.ts';

/** Something that can be found by typing. */
export interface Found {
  key: string;
  title: string;
  /** said beside it */
  hint: string;
  run: () => void;
}

export interface FoundGroup {
  heading: string;
  found: Found[];
}

export interface Action {
  title: string;
  hint?: string;
  run: () => void;
}

const MOST_COLUMNS = 50;

const holds = (title: string, text: string) => title.toLowerCase().includes(text.trim().toLowerCase());

export function findActions(actions: readonly Action[], text: string): Found[] {
  return actions
    .filter(({ title }) => holds(title, text))
    .map(({ title, hint = '', run }) => ({ key: `action ${title}`, title, hint, run }));
}

/** What the cells can be coloured by: the timepoints, columns of obs, the growth score of the genes. */
export function findColumns(
  { obs }: Pick<OpenedDataset, 'obs'>,
  hasTimepoints: boolean,
  text: string,
  pick: (by: ColourBy) => void,
): Found[] {
  const timepoint: Found = {
    key: 'timepoint',
    title: 'Timepoint',
    hint: 'as in step 2',
    run: () => pick({ kind: 'timepoint' }),
  };
  const columns = obs
    .filter(({ name, nUnique }) => nUnique !== null && holds(name, text))
    .slice(0, MOST_COLUMNS)
    .map(
      ({ name, kind, nUnique }): Found => ({
        key: `column ${name}`,
        title: name,
        hint: kind === 'number' && nUnique! > 20 ? 'number' : nUnique === 1 ? '1 value' : `${nUnique} values`,
        run: () => pick({ kind: 'column', column: name }),
      }),
    );
  const growth: Found = {
    key: 'growth',
    title: GROWTH_SCORE,
    hint: 'division less death',
    run: () => pick({ kind: 'growth' }),
  };
  return [
    ...(hasTimepoints && holds(timepoint.title, text) ? [timepoint] : []),
    ...columns,
    ...(holds(growth.title, text) ? [growth] : []),
  ];
}

export function foundGenes(genes: readonly GeneInfo[], pick: (by: ColourBy) => void): Found[] {
  return genes.map((gene) => ({
    key: `gene ${gene.column}`,
    title: gene.name,
    hint: gene.id === null || gene.id === gene.name ? '' : gene.id,
    run: () => pick({ kind: 'gene', gene }),
  }));
}
