import { Command } from 'commander';
import { shareBeyondNoise } from '../engine/auto/beyond-noise.ts';
import { usualIn } from '../engine/auto/expectation.ts';
import { USUAL } from '../engine/auto/questions.ts';
import { sized } from '../engine/auto/size.ts';
import { runTrial } from '../engine/auto/trial.ts';
import type { Kernels } from '../engine/compute/kernels.ts';
import { loadKernels } from '../engine/compute/wasm.ts';
import { type FitSettings, parseExperiment } from '../engine/config.ts';
import { gatherRows } from '../engine/dataset/clouds.ts';
import { modelTimes, observedClouds, type SharedDataset, spaceOf } from '../engine/evaluate/space.ts';
import { tInterval } from '../engine/evaluate/t-interval.ts';
import { givenSettings, resolveFitSettings } from '../engine/presets.ts';
import { randomStream } from '../engine/random.ts';
import { exampleDataset } from '../engine/simulate/example.ts';
import { simulateGrowing } from '../engine/simulate/growing.ts';
import type { Clouds } from '../engine/train/clouds.ts';

/**
 * What one trial of `auto` is worth: on random simulated courses of four timepoints, the log ratio of W1 of each answer over bent
 * paths (RBF) of balanced pairs, in the one trial that is left when a timepoint is held out, and at that timepoint, beside the share of the way that
 * is beyond noise. Prints both means by that share, and over all courses what `expectation.ts` and `USUAL` are made from: what is usual without
 * noise, by least squares, and the slope of what is left on what is left of the trial. `USUAL` comes from unfair courses.
 */
const program = new Command('bench trials')
  .option('--courses <N>', 'how many', '64')
  .option('--seed <N>', 'the first', '1000')
  .option('--fair', 'each day is a fair sample of its cells')
  .parse();
const flags = program.opts<{ courses: string; seed: string; fair?: true }>();

const ANSWERS: Record<string, { bends: boolean; given: Partial<FitSettings> }> = {
  straight: { bends: false, given: {} },
  ...Object.fromEntries(
    USUAL.growth.map(({ tau, growthTiming }) => [
      `growth, tau ${tau}, ${growthTiming}`,
      { bends: true, given: { growth: 'on' as const, tau, growthTiming } },
    ]),
  ),
};

const DAYS = [
  [0, 1, 2, 3],
  [0, 1, 2, 4],
  [0, 2, 3, 7],
  [0, 1, 3, 4],
] as const;

const DIMS = [5, 5, 10, 10, 20, 50] as const;

interface Course {
  dataset: SharedDataset;
  heldOut: number;
}

/**
 * Each day a sample that is not fair: cells of a fate are lost more often than those of another, on each day another. Dissociation and
 * sorting do that to real ones.
 * @param fate of each cell, [n]
 * @param bias sd of the log of the chance to be kept; 0: all are
 */
function unfair(course: Course, fate: ArrayLike<number>, bias: number, seed: number): Course {
  const { points, dims, cellTimepoint, times } = course.dataset;
  const random = randomStream(seed, 'bench', 'unfair');
  const fates = [...new Set(Array.from(fate))];
  const chances = times.map(() => {
    const each = fates.map(() => Math.exp(bias * random.normal()));
    return each.map((chance) => chance / Math.max(...each));
  });
  const kept = Int32Array.from(cellTimepoint.keys()).filter(
    (row) => random.uniform() < chances[cellTimepoint[row]!]![fates.indexOf(fate[row]!)]!,
  );
  const dataset = {
    ...course.dataset,
    points: gatherRows(points, dims, kept),
    cellTimepoint: kept.map((row) => cellTimepoint[row]!),
  };
  return { ...course, dataset };
}

/** A course whose kind and options the seed draws, and which inner timepoint is held out. */
function randomCourse(seed: number): Course {
  const random = randomStream(seed, 'bench', 'trials');
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const heldOut = 1 + random.integer(2);
  const rest = { timeScale: 'index', cellType: null, batch: null, manifold: null } as const;
  const dims = DIMS[random.integer(DIMS.length)]!;
  const bias = flags.fair ? 0 : between(0.2, 0.8);
  if (random.uniform() < 0.35) {
    const cells = Math.round(between(1200, 3200));
    const options = { seed, cells, curvature: between(0.05, 1.3), components: dims };
    const { xPca, components, day, fate } = exampleDataset(options);
    const times = [...new Set(day)].sort((a, b) => a - b);
    const cellTimepoint = Int32Array.from(day, (time) => times.indexOf(time));
    const dataset = { ...rest, dims: components, points: xPca, cellTimepoint, times };
    return unfair({ dataset, heldOut }, fate, bias, seed);
  }
  const days = DAYS[random.integer(DAYS.length)]!;
  const course = simulateGrowing({
    ...{ seed, days, curvature: between(0, 1.5), growth: random.uniform() < 0.5 ? 0 : between(0.2, 1) },
    ...{ turnover: between(0.05, 0.4), noise: dims > 10 ? between(0.02, 0.1) : between(0.03, 0.2), dims },
    batchShift: random.uniform() < 0.7 ? 0 : between(0.02, 0.12),
    cellsPerDay: Math.round(between(300, 900)),
  });
  const { points, timepoint } = course;
  const dataset = { ...rest, dims, points, cellTimepoint: timepoint, times: [...days] };
  return unfair({ dataset, heldOut }, course.fate, bias, seed);
}

/** W1 of one answer in the trial that is left without the held-out timepoint, and of this itself. */
function w1Of(
  kernels: Kernels,
  { dataset, heldOut }: Course,
  { bends, given }: (typeof ANSWERS)[string],
  seed: number,
): { trial: number; truth: number } {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...given });
  const { dims } = dataset;
  const preset = resolveFitSettings(config, { method: 'auto', dims, heldOut: [heldOut] });
  const { training } = spaceOf(dataset, [heldOut], preset);
  const clouds = { ...observedClouds(dataset, [], training), times: modelTimes(dataset) };
  const smallest = Math.min(...clouds.cells.map(({ length }) => length));
  const settings = sized(preset, givenSettings(config), smallest);
  const others = <T>(list: readonly T[]) => list.filter((_, k) => k !== heldOut);
  const seen: Clouds = { ...clouds, times: others(clouds.times), cells: others(clouds.cells) };
  const measured = (of: Clouds, inner: number) =>
    runTrial(kernels, of, inner, { settings, bends }, seed, () => false).find(
      ({ predictFrom, growthTiming }) =>
        predictFrom === 'both' && (settings.growth === 'off' || growthTiming === settings.growthTiming),
    )!.w1;
  return { trial: measured(seen, 1), truth: measured(clouds, heldOut) };
}

/** How much of the way between the timepoints that are seen is beyond noise. */
function shareOf({ dataset, heldOut }: Course, seed: number): number {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1 });
  const facts = { method: 'auto', dims: dataset.dims, heldOut: [heldOut] } as const;
  const { training } = spaceOf(dataset, [heldOut], resolveFitSettings(config, facts));
  return shareBeyondNoise(observedClouds(dataset, [heldOut], training), seed, () => false);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const product = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
/** What is left of values when what is proportional to others is taken off. */
const without = (values: readonly number[], others: readonly number[]) => {
  const slope = product(values, others) / product(others, others);
  return values.map((value, i) => value - slope * others[i]!);
};

interface Ratios {
  trial: number[];
  truth: number[];
}

const kernels = await loadKernels({ megabytes: 512 });
const ratios = new Map(Object.keys(ANSWERS).map((name) => [name, { trial: [], truth: [] } as Ratios]));
const shares: number[] = [];

for (let i = 0; i < Number(flags.courses); i++) {
  const seed = Number(flags.seed) + i;
  const course = randomCourse(seed);
  shares.push(shareOf(course, seed));
  const before = w1Of(kernels, course, { bends: true, given: {} }, seed);
  for (const [name, answer] of Object.entries(ANSWERS)) {
    const after = w1Of(kernels, course, answer, seed);
    ratios.get(name)!.trial.push(Math.log(after.trial / before.trial));
    ratios.get(name)!.truth.push(Math.log(after.truth / before.truth));
  }
}

const write = (line: string) => process.stdout.write(`${line}\n`);
const levels = shares.map((share) => usualIn(1, share));
const left: Ratios = { trial: [], truth: [] };
for (const [name, { trial, truth }] of ratios) {
  for (const [low, high] of [
    [0, 0.4],
    [0.4, 0.75],
    [0.75, 1],
  ] as const) {
    const among = (values: number[]) => values.filter((_, i) => shares[i]! >= low && shares[i]! < high);
    const [tried, found] = [among(trial), among(truth)];
    if (found.length < 2) continue;
    const { low: from, high: to } = tInterval(found);
    write(
      `${name}, ${low} to ${high} beyond noise: trial ${mean(tried).toFixed(3)}, truth ${mean(found).toFixed(3)} (${from!.toFixed(3)} to ${to!.toFixed(3)}); ${found.length} courses`,
    );
  }
  write(`${name}: ${(product(truth, levels) / product(levels, levels)).toFixed(3)} without noise`);
  left.trial.push(...without(trial, levels));
  left.truth.push(...without(truth, levels));
}
const [cross, own] = [product(left.trial, left.truth), product(left.trial, left.trial)];
write(
  `beside that: slope of the truth on a trial ${(cross / own).toFixed(2)}, correlation ${(cross / Math.sqrt(own * product(left.truth, left.truth))).toFixed(2)}`,
);
