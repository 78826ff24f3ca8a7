import { type RandomStream, randomStream } from '../random.ts';
import { checkRange } from './check-range.ts';

export interface BranchingOptions {
  /** any integer; the same seed gives the same bits; default 42 */
  seed?: number;
  /** cells over all days, spread evenly; at least 40; default 2400 */
  cells?: number;
  /** genes, spread evenly over the nine programs; at least 9; default 240 */
  genes?: number;
  /** bend of the latent curves: 0 = straight, 1 = a fountain; 0 to 1.5; default 1 */
  curvature?: number;
}

/** A simulated branching time course: counts and what is known about each cell. */
export interface BranchingTimeCourse {
  nObs: number;
  nVars: number;
  /** counts, row-major `[nObs, nVars]` */
  counts: Int32Array;
  obsNames: string[];
  /** gene names, `program-number`, e.g. `stem-003` */
  varNames: string[];
  /** day at which each cell was taken, one of `branchingDays`, `[nObs]` */
  day: Float64Array;
  cellType: CellType[];
  /** how far each cell has come, in [0, 1.1], `[nObs]`; not known in a real experiment */
  progress: Float64Array;
  /** the fate each cell is bound for: 0 = A, 1 = B, `[nObs]` */
  fate: Uint8Array;
}

export type CellType = 'progenitor' | 'intermediate' | 'fate A' | 'fate B';

/** The days of the experiment: unevenly spaced, as real ones are. Both inner days can be held out. */
export const branchingDays = [0, 2, 3, 7] as const;

const latentDims = 4;
/** distance in log expression that one unit of latent length moves a gene of loading 1 */
const latentScale = 1.5;
/** sd of the cells around the latent curves, in units of curve length, in each latent dimension */
const biologicalSd = 0.028;
/** sd of progress within a day: cells of one day do not march in step */
const asynchronySd = 0.11;
/** share of cells that lag behind or run ahead of their day, anywhere along the curve */
const stragglerShare = 0.06;
/** counts of a cell: log-normal library size */
const medianLibrary = 30000;
const librarySd = 0.25;

/** Gene programs: each is expressed along one direction of the latent plane (degrees); housekeeping along none. */
const programs = [
  { name: 'stem', angle: -90, strength: 1 },
  // the strongest, so that the largest loading of the second component mostly (not for every seed) is upward: root below
  { name: 'commit', angle: 90, strength: 1.3 },
  { name: 'turn-a', angle: 120, strength: 1 },
  { name: 'turn-b', angle: 60, strength: 1 },
  { name: 'fate-a', angle: 180, strength: 1 },
  { name: 'fate-b', angle: 0, strength: 1 },
  { name: 'late-a', angle: -135, strength: 1 },
  { name: 'late-b', angle: -45, strength: 1 },
  { name: 'housekeeping', angle: 0, strength: 0 },
];
/** log of how much stronger housekeeping genes are: they steady the totals, so that normalising bends little */
const housekeepingBase = 2.5;

/**
 * Simulates counts of a differentiation from one progenitor into two fates, seen on four days.
 *
 * Mechanism: a cell taken on day τ has the progress p ~ N(m(τ), 0.11²), where m(τ) = 0.08 + 0.84 τ³/(2.5³ + τ³)
 * (a Hill response: commitment is slow, then fast, then saturates), and a fate A or B. 6 % of the cells
 * are anywhere on the way instead. Its latent state lies on its fate's curve, which has unit speed and the heading
 * ±(12° + curvature · 235° · p²) from upright: an Euler spiral, so the two fates leave the root together and
 * fall apart like a fountain; with curvature 0 they are two straight rays. Gaussian noise is added in 4 latent
 * dimensions, two of them not used by the curves. Genes belong to eight programs with positive loadings (0.5 to 1.5, `commit` 1.3 times that) on
 * the latent state's component along the program's direction, or to the housekeeping genes;
 * expression = exp(base + 1.5 · loading · component), and counts are Poisson around the cell's library size times
 * the gene's share. After log-normalisation the curves keep their shape: two components carry nearly all of the signal.
 *
 * The straight path between two observed days then leaves the cells, since the held-out day lies on the bend.
 * @throws InputError where an option is outside its range
 */
export function simulateBranching(options: BranchingOptions = {}): BranchingTimeCourse {
  const { seed = 42, cells = 2400, genes = 240, curvature = 1 } = options;
  checkRange('cells', cells, 40, 1e6, true);
  checkRange('genes', genes, 9, 1e5, true);
  checkRange('curvature', curvature, 0, 1.5);

  const curve = eulerSpiral(curvature);
  const { loadings, base } = drawGenes(genes, randomStream(seed, 'simulate', 'genes'));
  const cellStream = randomStream(seed, 'simulate', 'cells');
  const countStream = randomStream(seed, 'simulate', 'counts');

  const counts = new Int32Array(cells * genes);
  const day = new Float64Array(cells);
  const progress = new Float64Array(cells);
  const fate = new Uint8Array(cells);
  const cellType: CellType[] = [];
  const expression = new Float64Array(genes);
  const latent = new Float64Array(latentDims);

  for (let i = 0; i < cells; i++) {
    day[i] = branchingDays[Math.floor((i * branchingDays.length) / cells)];
    progress[i] = drawProgress(day[i], cellStream);
    fate[i] = cellStream.uniform() < 0.5 ? 0 : 1;
    cellType.push(typeOf(progress[i], fate[i]));

    const place = curve(progress[i]);
    latent[0] = fate[i] === 0 ? -place.x : place.x;
    latent[1] = place.y;
    latent[2] = 0;
    latent[3] = 0;
    for (let k = 0; k < latentDims; k++) latent[k] += biologicalSd * cellStream.normal();

    let total = 0;
    for (let g = 0; g < genes; g++) {
      let logExpression = base[g];
      for (let k = 0; k < latentDims; k++)
        logExpression += latentScale * loadings[g * latentDims + k] * latent[k];
      expression[g] = Math.exp(logExpression);
      total += expression[g];
    }
    const library = medianLibrary * Math.exp(librarySd * cellStream.normal());
    for (let g = 0; g < genes; g++) {
      counts[i * genes + g] = poisson((library * expression[g]) / total, countStream);
    }
  }
  return {
    nObs: cells,
    nVars: genes,
    counts,
    obsNames: Array.from({ length: cells }, (_, i) => `cell-${String(i + 1).padStart(5, '0')}`),
    varNames: Array.from({ length: genes }, (_, g) => geneName(g)),
    day,
    cellType,
    progress,
    fate,
  };
}

/** Mean progress of a day: a Hill response with its half-way point at day 2.5. */
function meanProgress(day: number): number {
  const cube = day * day * day;
  return 0.08 + (0.84 * cube) / (2.5 * 2.5 * 2.5 + cube);
}

function drawProgress(day: number, random: RandomStream): number {
  const straggler = random.uniform() < stragglerShare;
  const anywhere = random.uniform();
  const near = meanProgress(day) + asynchronySd * random.normal();
  // reflected at the root, so that no cell is before the progenitor and none piles up there
  return Math.min(1.1, Math.abs(straggler ? anywhere : near));
}

function typeOf(progress: number, fate: number): CellType {
  if (progress < 0.28) return 'progenitor';
  if (progress < 0.55) return 'intermediate';
  return fate === 0 ? 'fate A' : 'fate B';
}

/** The right-hand curve: unit speed, heading 12° + curvature · 235° · p² from upright, by the trapezoid rule. */
function eulerSpiral(curvature: number): (progress: number) => { x: number; y: number } {
  const steps = 2200;
  const longest = 1.1;
  const h = longest / steps;
  const x = new Float64Array(steps + 1);
  const y = new Float64Array(steps + 1);
  const heading = (p: number) => ((12 + curvature * 235 * p * p) * Math.PI) / 180;
  for (let k = 0; k < steps; k++) {
    const a = heading(k * h);
    const b = heading((k + 1) * h);
    x[k + 1] = x[k] + (h * (Math.sin(a) + Math.sin(b))) / 2;
    y[k + 1] = y[k] + (h * (Math.cos(a) + Math.cos(b))) / 2;
  }
  return (progress) => {
    const k = Math.min(steps - 1, Math.floor(progress / h));
    const f = progress / h - k;
    return { x: x[k] + f * (x[k + 1] - x[k]), y: y[k] + f * (y[k + 1] - y[k]) };
  };
}

function geneName(g: number): string {
  const number = Math.floor(g / programs.length) + 1;
  return `${programs[g % programs.length].name}-${String(number).padStart(3, '0')}`;
}

/** Loadings `[genes, latentDims]` and log base expression `[genes]`. */
function drawGenes(genes: number, random: RandomStream) {
  const loadings = new Float64Array(genes * latentDims);
  const base = new Float64Array(genes);
  for (let g = 0; g < genes; g++) {
    const { name, angle, strength } = programs[g % programs.length];
    const loading = strength * (0.5 + random.uniform());
    loadings[g * latentDims] = loading * Math.cos((angle * Math.PI) / 180);
    loadings[g * latentDims + 1] = loading * Math.sin((angle * Math.PI) / 180);
    for (let k = 2; k < latentDims; k++) loadings[g * latentDims + k] = 0.25 * strength * random.normal();
    base[g] = 0.4 * random.normal() + (name === 'housekeeping' ? housekeepingBase : 0);
  }
  return { loadings, base };
}

/** Poisson by inversion, one uniform a draw; large means are halved, so that exp(−mean) stays a normal number. */
function poisson(mean: number, random: RandomStream): number {
  if (mean > 400) return poisson(mean / 2, random) + poisson(mean / 2, random);
  let left = random.uniform();
  let probability = Math.exp(-mean);
  let k = 0;
  while (left > probability && k < 2000) {
    left -= probability;
    k++;
    probability *= mean / k;
  }
  return k;
}
