import { simulateArch } from './arch.ts';
import { type DigitsData, digitTranslation } from './digits.ts';
import { simulateSphere } from './sphere.ts';
import { type SurfaceData, simulateSurface } from './surface.ts';
import type { ToyData } from './toy-data.ts';

/** The data sets of `meander example`, as the paper's pictures show them (arXiv 2405.14780, section 5). */
export const TOY_NAMES = ['arch', 'sphere', 'surface', 'digits'] as const;
export type ToyName = (typeof TOY_NAMES)[number];

export type Toy =
  | { name: 'arch' | 'sphere'; data: ToyData }
  | { name: 'surface'; data: SurfaceData }
  | { name: 'digits'; data: DigitsData };

/** @param cells of each timepoint; without it as many as each data set has by default; digits have their number */
export function makeToy(name: ToyName, seed: number, cells?: number): Toy {
  const size = cells === undefined ? {} : { cells };
  switch (name) {
    case 'arch':
      return { name, data: simulateArch({ seed, ...size }) };
    case 'sphere':
      return { name, data: simulateSphere({ seed, ...size }) };
    case 'surface':
      return { name, data: simulateSurface({ seed, ...size }) };
    case 'digits':
      return { name, data: digitTranslation({ seed }) };
  }
}
