import type { Method } from '../config.ts';
import type { FitResult } from '../evaluate/held-out.ts';
import { type ToyRow, toyRow } from '../evaluate/toy.ts';
import type { Figure } from '../figures/figure.ts';
import { type ToyImagesInput, toyImagesFigure } from '../figures/toy-images.ts';
import { toyPathsFigure } from '../figures/toy-paths.ts';
import { formatNumber } from '../figures/words.ts';
import { digitSize } from '../simulate/digits.ts';
import type { Toy, ToyName } from '../simulate/toy-example.ts';
import { renderExampleReport } from './example-report.ts';
import { versions } from './manifest.ts';
import type { ResultsFolder } from './results-folder.ts';

/** The content of example.json. */
export interface ExampleResult {
  schema: 1;
  example: ToyName;
  seed: number;
  rows: ToyRow[];
  fits: { method: Method; kernels: string; settings: FitResult['settings'] }[];
  versions: Record<string, string>;
}

const TITLES: Record<ToyName, string> = {
  arch: 'Arch: cells that move over a half circle',
  sphere: 'Sphere: cells that move from pole to pole',
  surface: 'Surface: cells that cross a landscape',
  digits: 'Digits: from 4 to 9, unpaired',
};

const TARGETS: Record<ToyName, string> = {
  arch: 'the circle',
  sphere: 'the sphere',
  surface: 'the surface',
  digits: 'the nearest held-back image',
};

const ABOUT: Record<ToyName, string> = {
  arch: 'Three simulated timepoints on a half circle with noise; the middle one is held out. The distance is to the circle. Cells themselves are not on it: with noise 0.1 they lie 0.08 from it on average.',
  sphere:
    'Three simulated timepoints on the unit sphere; the middle one, around the equator, is held out. The distance is to the sphere; W1 beside it also asks whether the equator is reached all round.',
  surface:
    'Two clouds in opposite corners of a simulated landscape with a mountain between them. The metric sees points of the surface as well. The distance is vertical, to the surface.',
  digits:
    'Handwritten digits (8 × 8 pixels), a fifth of them held back. Images of one digit are carried to the other in the space of their principal components. The distance is from the image half-way to the nearest image that was held back, in that space.',
};

export function exampleResult(toy: Toy, seed: number, fits: readonly FitResult[]): ExampleResult {
  return {
    schema: 1,
    example: toy.name,
    seed,
    rows: fits.map((fit) => toyRow(toy, fit)),
    fits: fits.map(({ method, kernels, settings }) => ({ method, kernels, settings })),
    versions: versions(),
  };
}

/** Writes example.json and report.html; nothing is in place before both are. */
export async function writeExampleResults(
  folder: ResultsFolder,
  toy: Toy,
  result: ExampleResult,
  fits: readonly FitResult[],
): Promise<void> {
  await folder.write('example.json', `${JSON.stringify(result, null, 2)}\n`);
  await folder.write(
    'report.html',
    renderExampleReport({
      title: TITLES[toy.name],
      about: ABOUT[toy.name],
      subject: toy.name === 'digits' ? 'images' : 'cells',
      target: TARGETS[toy.name],
      seed: result.seed,
      rows: result.rows,
      figure: exampleFigure(toy, result, fits),
      versions: result.versions,
      fits: result.fits,
      notes: fits.flatMap((fit) => fit.notes.map((note) => `${fit.method}: ${note}`)),
    }),
  );
  await folder.commit();
}

function exampleFigure(toy: Toy, { rows }: ExampleResult, fits: readonly FitResult[]): Figure {
  const noteOf = (k: number) => {
    const { distance } = rows[k]!;
    return distance === null ? 'diverged' : `distance half-way ${formatNumber(distance, 3)}`;
  };
  if (toy.name === 'digits') {
    return toyImagesFigure({
      size: digitSize,
      panels: fits.map((fit, k) => ({
        method: fit.method,
        note: noteOf(k),
        paths: pathImages(toy.data, fit.trajectories!),
      })),
    });
  }
  const { data } = toy;
  return toyPathsFigure({
    dims: data.dims as 2 | 3,
    points: data.points,
    manifold: toy.name === 'surface' ? toy.data.manifold : null,
    panels: fits.map((fit, k) => ({
      method: fit.method,
      note: noteOf(k),
      points: fit.trajectories!.points,
      times: fit.trajectories!.times.length,
    })),
  });
}

const PATHS = 6;
const IMAGES = 6;

/** Images at even steps along the first few trajectories. */
function pathImages(
  { dims, toImages }: Extract<Toy, { name: 'digits' }>['data'],
  { times, points }: NonNullable<FitResult['trajectories']>,
): ToyImagesInput['panels'][number]['paths'] {
  const n = points.length / times.length / dims;
  return Array.from({ length: Math.min(PATHS, n) }, (_, path) =>
    Array.from({ length: IMAGES }, (_, i) => {
      const time = Math.round((i / (IMAGES - 1)) * (times.length - 1));
      const start = (time * n + path) * dims;
      return toImages(points.slice(start, start + dims));
    }),
  );
}
