/** What part of the plane is seen: the point in the middle and how large it is drawn. The second axis points up. */
export interface Camera {
  x: number;
  y: number;
  /** CSS pixels a data unit */
  scale: number;
}

/** CSS pixels */
export interface Size {
  width: number;
  height: number;
}

export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/** CSS pixels that stay free on each side where all cells are shown. */
const MARGIN = 24;
/** How far in one can go and how far out, as multiples of the view of all cells. */
const ZOOM_LIMITS: [number, number] = [0.2, 5000];

/** The smallest rectangle around all places `[n, 2]` that are finite in both; null where there is none. */
export function boundsOf(positions: Float32Array): Bounds | null {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i + 1 < positions.length; i += 2) {
    const x = positions[i];
    const y = positions[i + 1];
    // one test finds NaN and both infinities in either
    if (x - x + (y - y) !== 0) continue;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return minX > maxX ? null : { minX, minY, maxX, maxY };
}

/** All of the bounds in the middle of the view, with the same scale on both axes. */
export function fitCamera(bounds: Bounds | null, size: Size): Camera {
  if (bounds === null) return { x: 0, y: 0, scale: 1 };
  const room = (length: number) => Math.max(1, length - 2 * MARGIN);
  const scales = [
    room(size.width) / (bounds.maxX - bounds.minX),
    room(size.height) / (bounds.maxY - bounds.minY),
  ].filter(Number.isFinite);
  return {
    x: (bounds.minX + bounds.maxX) / 2,
    y: (bounds.minY + bounds.maxY) / 2,
    scale: scales.length > 0 ? Math.min(...scales) : 1,
  };
}

/** The plane follows a pointer that moved by some CSS pixels. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}

/**
 * Larger by a factor about a place of the view, which stays where it is.
 * @param fitted scale at which all cells are seen; the limits of zooming are multiples of it
 */
export function zoomAt(
  camera: Camera,
  size: Size,
  at: readonly [x: number, y: number],
  factor: number,
  fitted: number,
): Camera {
  const scale = Math.min(fitted * ZOOM_LIMITS[1], Math.max(fitted * ZOOM_LIMITS[0], camera.scale * factor));
  const [x, y] = toData(camera, size, at[0], at[1]);
  return {
    x: x - (at[0] - size.width / 2) / scale,
    y: y + (at[1] - size.height / 2) / scale,
    scale,
  };
}

/** Place in the view (CSS pixels from its left upper corner) of a place in the data. */
export function toScreen(camera: Camera, size: Size, x: number, y: number): [x: number, y: number] {
  return [size.width / 2 + (x - camera.x) * camera.scale, size.height / 2 - (y - camera.y) * camera.scale];
}

/** Place in the data of a place in the view. */
export function toData(camera: Camera, size: Size, x: number, y: number): [x: number, y: number] {
  return [camera.x + (x - size.width / 2) / camera.scale, camera.y - (y - size.height / 2) / camera.scale];
}
