import type { RunExport } from '../../engine/host/protocol.ts';

/** What can be taken away of a run, in words. */
export interface ExportWords {
  title: string;
  /** one sentence: what for */
  about: string;
  /** what follows the names of file and run */
  name: string;
  extension: string;
}

export const EXPORTS: Record<RunExport, ExportWords> = {
  h5ad: {
    title: 'Cells with all results',
    about:
      'Your file again, as it was, with trajectories, velocities, predictions, distances and settings in it: for scanpy, or anything that reads h5ad.',
    name: 'with results',
    extension: 'h5ad',
  },
  session: {
    title: 'Session',
    about:
      'Small, without the genes: open it here again, on this or another computer, and go on where you are.',
    name: '',
    extension: 'meander.h5ad',
  },
  report: {
    title: 'Report',
    about:
      'One page with verdict, figures, tables and settings that any browser opens: to read, send or print.',
    name: 'report',
    extension: 'html',
  },
  'trajectories.csv': {
    title: 'Trajectories',
    about: 'Where each cell that is followed is at each time, with its mass and how far it is from any cell.',
    name: 'trajectories',
    extension: 'csv',
  },
  'trajectories.parquet': {
    title: 'Trajectories',
    about: 'The same rows, smaller and quicker to read.',
    name: 'trajectories',
    extension: 'parquet',
  },
  'predictions.csv': {
    title: 'Predicted cells',
    about: 'The cells that were predicted at each held-out timepoint, and from which cell each came.',
    name: 'predicted cells',
    extension: 'csv',
  },
  'predictions.parquet': {
    title: 'Predicted cells',
    about: 'The same rows, smaller and quicker to read.',
    name: 'predicted cells',
    extension: 'parquet',
  },
  'metrics.csv': {
    title: 'Distances',
    about: 'All distances of each fit and baseline, by cell type too, with all digits.',
    name: 'metrics',
    extension: 'csv',
  },
  'metrics.json': {
    title: 'Distances',
    about: 'The same with summary, intervals, noise floor, choices and settings.',
    name: 'metrics',
    extension: 'json',
  },
  'growth.csv': {
    title: 'Growth',
    about: 'Growth rate of each cell, and what its genes of division and death let expect.',
    name: 'growth',
    extension: 'csv',
  },
  methods: {
    title: 'Methods paragraph',
    about: 'How it was done, with settings, versions and references, for the methods section of a paper.',
    name: 'methods',
    extension: 'md',
  },
  configuration: {
    title: 'Configuration',
    about: 'All settings, to run the same again: meander run FILE --config CONFIGURATION.',
    name: 'configuration',
    extension: 'json',
  },
};

/** By purpose; files of one line are the same in several formats. */
export const EXPORT_GROUPS: readonly { title: string; files: readonly (readonly RunExport[])[] }[] = [
  { title: 'To go on', files: [['h5ad'], ['session']] },
  {
    title: 'Tables',
    files: [
      ['trajectories.csv', 'trajectories.parquet'],
      ['predictions.csv', 'predictions.parquet'],
      ['metrics.csv', 'metrics.json'],
      ['growth.csv'],
    ],
  },
  { title: 'To show and to write', files: [['report'], ['methods']] },
  { title: 'To run again', files: [['configuration']] },
];

/** What one wants first: all in one file, where the cells are at hand. */
export function firstExport(there: readonly RunExport[]): RunExport | null {
  return (['h5ad', 'report', 'session'] as const).find((what) => there.includes(what)) ?? null;
}

const FORMATS: Record<string, string> = {
  csv: 'CSV',
  parquet: 'Parquet',
  json: 'JSON',
  h5ad: 'h5ad',
  'meander.h5ad': 'h5ad',
  html: 'HTML',
  md: 'text',
};

/** `CSV`, `h5ad`. */
export const formatOf = (what: RunExport): string => FORMATS[EXPORTS[what].extension]!;
