import type { FitSettings } from '../config.ts';
import { neighborDistance } from '../metric/bandwidth.ts';
import { randomStream } from '../random.ts';
import type { Clouds } from './clouds.ts';

/** The settings with the bandwidth of LAND: as given, else the median over the timepoints of their natural lengths. */
export function fittedBandwidth(
  { cells, points, dims }: Clouds,
  settings: FitSettings,
  seed: number,
): FitSettings & { bandwidth: number } {
  if (settings.bandwidth !== null) return { ...settings, bandwidth: settings.bandwidth };
  const random = randomStream(seed, 'bandwidth');
  const lengths = cells.map((rows) => neighborDistance(points, dims, rows, settings.neighborRank, random));
  lengths.sort((a, b) => a - b);
  return { ...settings, bandwidth: lengths[Math.floor(lengths.length / 2)]! };
}
