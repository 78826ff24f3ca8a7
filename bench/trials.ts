import { Command } from 'commander';
import { USUAL } from '../engine/auto/questions.ts';
import { sized } from '../engine/auto/size.ts';
import { runTrial } from '../engine/auto/trial.ts';
import type { Kernels } from '../engine/compute/kernels.ts';
import { loadKernels } from '../engine/compute/wasm.ts';
import { type FitSettings, parseExperiment } from '../engine/config.ts';
import { modelTimes, observedClouds, type SharedDataset, spaceOf } from '../engine/evaluate/space.ts';
import { givenSettings, resolveFitSettings } from '../engine/presets.ts';
import { randomStream } from '../engine/random.ts';
import { exampleDataset } from '../engine/simulate/example.ts';
import { simulateGrowing } from '../engine/simulate/growing.ts';
import type { Clouds } from '../engine/train/clouds.ts';

/**
 * What one trial of `auto` is worth: on random simulated courses of four timepoints, the log ratio of W1 of each answer over bent
 * paths (RBF) of balanced pairs, in the one trial that is left when a timepoint is held out, and at that timepoint. Prints both means, their
 * correlation, and the line that predicts the truth from the trial: its slope is RELIABILITY, its height at 0 what `USUAL` comes from.
 */
const program = new Command('bench trials')
  .option('--courses <N>', 'how many', '26')
  .option('--seed <N>', 'the first', '1000')
  .parse();
const flags = program.opts<{ courses: string; seed: string }>();

const ANSWERS: Record<string, { bends: boolean; given: Partial<FitSettings> }> = {
  straight: { bends: false, given: {} },
  LAND: { bends: true, given: { metric: 'land', rho: 0.01 } },
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

/** A course whose kind and options the seed draws, and which inner timepoint is held out. */
function randomCourse(seed: number): { dataset: SharedDataset; heldOut: number } {
  const random = randomStream(seed, 'bench', 'trials');
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const heldOut = 1 + random.integer(2);
  const rest = { timeScale: 'index', cellType: null, batch: null, manifold: null } as const;
  if (random.uniform() < 0.3) {
    const cells = Math.round(between(1200, 3200));
    const { xPca, components, day } = exampleDataset({ seed, cells, curvature: between(0.05, 1.3) });
    const times = [...new Set(day)].sort((a, b) => a - b);
    const cellTimepoint = Int32Array.from(day, (time) => times.indexOf(time));
    return { dataset: { ...rest, dims: components, points: xPca, cellTimepoint, times }, heldOut };
  }
  const days = DAYS[random.integer(DAYS.length)]!;
  const course = simulateGrowing({
    ...{ seed, days, curvature: between(0, 1.5), growth: random.uniform() < 0.5 ? 0 : between(0.2, 1) },
    ...{ turnover: between(0.05, 0.4), noise: between(0.03, 0.2), dims: random.uniform() < 0.5 ? 5 : 10 },
    batchShift: random.uniform() < 0.7 ? 0 : between(0.02, 0.12),
    cellsPerDay: Math.round(between(300, 900)),
  });
  const { points, dims, timepoint } = course;
  return { dataset: { ...rest, dims, points, cellTimepoint: timepoint, times: [...days] }, heldOut };
}

/** W1 of one answer in the trial that is left without the held-out timepoint, and of this itself. */
function w1Of(
  kernels: Kernels,
  { dataset, heldOut }: ReturnType<typeof randomCourse>,
  { bends, given }: (typeof ANSWERS)[string],
  seed: number,
): { trial: number; truth: number } {
  const config = parseExperiment({ time: 'day', methods: ['auto'], seeds: 1, ...given });
  const { dims } = dataset;
  const preset = resolveFitSettings(config, { method: 'auto', dims, heldOut: [heldOut] });
  const { training } = spaceOf(dataset, [heldOut], preset);
  const clouds = { ...observedClouds(dataset, [], training), times: modelTimes(dataset) };
  const settings = sized({ settings: preset, given: givenSettings(config), clouds });
  const without = <T>(list: readonly T[]) => list.filter((_, k) => k !== heldOut);
  const seen: Clouds = { ...clouds, times: without(clouds.times), cells: without(clouds.cells) };
  const measured = (of: Clouds, inner: number) =>
    runTrial(kernels, of, inner, { settings, bends }, seed, () => false).find(
      ({ predictFrom, growthTiming }) =>
        predictFrom === 'both' && (settings.growth === 'off' || growthTiming === settings.growthTiming),
    )!.w1;
  return { trial: measured(seen, 1), truth: measured(clouds, heldOut) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const products = (a: readonly number[], b: readonly number[]) =>
  mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b))));

const kernels = await loadKernels({ megabytes: 512 });
const ratios = new Map(Object.keys(ANSWERS).map((name) => [name, { trial: [], truth: [] } as Ratios]));
interface Ratios {
  trial: number[];
  truth: number[];
}

for (let i = 0; i < Number(flags.courses); i++) {
  const seed = Number(flags.seed) + i;
  const course = randomCourse(seed);
  const before = w1Of(kernels, course, { bends: true, given: {} }, seed);
  for (const [name, answer] of Object.entries(ANSWERS)) {
    const after = w1Of(kernels, course, answer, seed);
    ratios.get(name)!.trial.push(Math.log(after.trial / before.trial));
    ratios.get(name)!.truth.push(Math.log(after.truth / before.truth));
  }
}
for (const [name, { trial, truth }] of ratios) {
  const slope = products(trial, truth) / products(trial, trial);
  const correlation = slope * Math.sqrt(products(trial, trial) / products(truth, truth));
  const height = mean(truth) - slope * mean(trial);
  process.stdout.write(
    `${name}: trial ${mean(trial).toFixed(3)}, truth ${mean(truth).toFixed(3)}, correlation ${correlation.toFixed(2)}, truth = ${slope.toFixed(2)} trial + ${height.toFixed(3)}; ${trial.length} courses\n`,
  );
}
