import type { ChoiceFacts } from './results.ts';
/** What the report is made from: pure data. Missing deviations, trajectories and seeds are null or empty. */
export interface ReportInput {
  /** heading, usually the file's name */
  title: string;
  command: 'run' | 'evaluate' | 'demo';
  manifest: {
    config: object;
    versions: Record<string, string>;
    input: { name: string; dataSha256: string };
    /** the settings of each fit as they were resolved */
    fits: readonly object[];
  };
  nObs: number;
  timepoints: {
    /** in order of time */
    labels: string[];
    /** in real units */
    times: number[];
    /** cells of each */
    counts: number[];
    /** singular, e.g. `day` */
    unit?: string;
  };
  embedding: {
    /** name in `obsm`, e.g. `X_pca` */
    name: string;
    dims: number;
    /** row-major `[nObs, dims]` */
    points: Float32Array;
    /** index into the timepoints, −1 = of none, `[nObs]` */
    cellTimepoint: Int32Array;
  };
  /** a map for the eye; null: there is none */
  map: {
    /** name in `obsm`, e.g. `X_umap` */
    name: string;
    /** [nObs, 2], NaN for a cell without a place */
    points: Float32Array;
    /** the trajectories on it, [times, trajectories, 2]; null: there are none */
    trajectories: Float32Array | null;
  } | null;
  /** the cells that each method predicts held-out timepoints from: of the timepoint before, or of both neighbours; absent: not known */
  predictFrom?: Readonly<Record<string, 'before' | 'both'>>;
  /** one for each fit or baseline and held-out timepoint, all cells together */
  rows: readonly ReportRow[];
  /** the same by cell type of the real cells; only w1 has a figure */
  cellTypeRows: readonly ReportRow[];
  /** `heldOut: null` is the mean over all held-out timepoints */
  summary: readonly ReportSummary[];
  predictions: readonly {
    method: string;
    heldOut: string;
    heldOutTogether: string | null;
    seed: number;
    /** row-major `[n, dims]` */
    points: Float32Array;
    /** all cells in the space of this fit, row-major `[nObs, dims]` */
    cells: Float32Array;
  }[];
  /** what `auto` chose for each of its fits; empty: it was not used */
  choices: readonly ChoiceFacts[];
  trajectories: {
    method: string;
    /** labels that this fit never saw; empty: it saw all */
    heldOut: readonly string[];
    /** row of the start cell, `[trajectories]` */
    cells: Int32Array;
    /** all cells in the space of this fit, row-major `[nObs, dims]` */
    space: Float32Array;
    /** in real units, ascending */
    times: number[];
    /** row-major `[times, trajectories, dims]` */
    points: Float32Array;
    /** above 1: far from any cell `[times, trajectories]`; null: not known */
    cellDistance: Float32Array | null;
    /** how many cells each stands for, that set out with 1 `[times, trajectories]`; null: growth is ignored */
    mass: Float32Array | null;
    /** root mean square distance over seeds `[times, trajectories]`; null: one seed */
    spreadAt: Float32Array | null;
    /** share of the points that are far from any cell; null: not known */
    shareFar: number | null;
    /** that the spread is over; 1: there is none */
    seeds: number;
    /** root mean square over all points, in the embedding's units */
    spread: number | null;
  } | null;
  losses: readonly {
    method: string;
    /** labels that the fit never saw, joined by `+`; `none` where it saw all */
    heldOut: string;
    seed: number;
    stage: 'interpolant' | 'vectorField';
    step: number[];
    /** null where it was not measured at that step */
    training: (number | null)[];
    validation: (number | null)[];
  }[];
  /** W1 between random parts of the real cells of a held-out timepoint, and between replicates */
  floors: readonly {
    heldOut: string;
    cells: number;
    repeats: number;
    w1Mean: number;
    w1Sd: number;
    w1BetweenReplicates: number | null;
  }[];
  /** mean distance of a fit's paths to the nearest real cell, along real time */
  pathDistances: readonly {
    method: string;
    heldOut: string;
    seed: number;
    times: number[];
    mean: number[];
  }[];
  /** said to the reader as they are: what was clamped, dropped or stopped early */
  notes: readonly string[];
}

export interface ReportRow {
  method: string;
  heldOut: string;
  /** labels held out together, e.g. `3+4`; null where this timepoint was alone */
  heldOutTogether: string | null;
  seed: number;
  /** null: over all cells */
  cellType: string | null;
  /** null where the fit diverged */
  w1: number | null;
  w2: number | null;
  mmd: number | null;
  energy: number | null;
  /** w1 at the size of the noise floor */
  w1AtFloorSize: number | null;
  /** w1 of equal numbers of cells with its 95 % interval, and their number; null: not measured */
  w1AtEqualSize: number | null;
  w1Low: number | null;
  w1High: number | null;
  equalSize: number | null;
  seconds: number;
  steps: number;
}

export interface ReportSummary {
  method: string;
  heldOut: string | null;
  heldOutTogether: string | null;
  /** null where no seed has a figure */
  w1Mean: number | null;
  /** over seeds; null for one seed */
  w1Sd: number | null;
  /** seeds with a figure */
  n: number;
  /** w1 of equal numbers of cells with its 95 % interval; null: not measured */
  w1AtEqualSize: number | null;
  w1Low: number | null;
  w1High: number | null;
  /** their number; null where held-out timepoints differ */
  equalSize: number | null;
}
