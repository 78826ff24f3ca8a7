import type { Size } from './camera.ts';

const SMALLEST = 1.2;
const LARGEST_FITTED = 6;
const LARGEST = 14;
/** Below it a ring closes to a dot. */
const SMALLEST_RING = 5;

/**
 * Diameter of a cell in CSS pixels: as large as lets the cells of a usual map (they fill about a third of it) lie side
 * by side, and growing with the square root of the zoom, so that going in parts cells that overlap.
 * @param zoom scale as a multiple of the one at which all cells are seen
 * @param factor the user's own, default 1
 */
export function pointSize(cells: number, size: Size, zoom: number, factor = 1): number {
  const area = Math.max(1, size.width * size.height);
  const fitted = Math.min(
    LARGEST_FITTED,
    Math.max(SMALLEST, 1.2 * Math.sqrt((0.3 * area) / Math.max(1, cells))),
  );
  const zoomed = fitted * Math.sqrt(Math.max(0.5, zoom));
  return Math.max(1, Math.min(LARGEST, zoomed) * factor);
}

/** Points that stand for something else than the cells are not smaller. */
const SMALLEST_MARK = 3.5;

/** Diameter of so many points over the cells, CSS pixels. */
export function markSize(points: number, size: Size, zoom: number, factor = 1): number {
  return Math.max(SMALLEST_MARK, pointSize(points, size, zoom, factor));
}

/** Diameter of a hollow ring among cells of a diameter, CSS pixels. */
export function ringSize(diameter: number): number {
  return Math.max(SMALLEST_RING, diameter * 1.25);
}

/** Width of a ring's line, CSS pixels. */
export function ringWidth(diameter: number): number {
  return Math.max(1, diameter / 5);
}
