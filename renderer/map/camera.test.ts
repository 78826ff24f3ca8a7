import { describe, expect, it } from 'vitest';
import { boundsOf, fitCamera, pan, toData, toScreen, zoomAt } from './camera.ts';
import { pointSize, ringSize, ringWidth } from './point-size.ts';

const size = { width: 800, height: 500 };
const bounds = { minX: -3, maxX: 5, minY: 100, maxY: 108 };

describe('camera', () => {
  it('finds the bounds of the cells that have a place', () => {
    const positions = Float32Array.from([1, 2, Number.NaN, 50, 3, -4, -50, Number.POSITIVE_INFINITY]);
    expect(boundsOf(positions)).toEqual({ minX: 1, maxX: 3, minY: -4, maxY: 2 });
    expect(boundsOf(Float32Array.from([Number.NaN, 0]))).toBeNull();
  });

  it('shows all cells within the view, one unit as long in either direction', () => {
    const camera = fitCamera(bounds, size);
    const corners = [toScreen(camera, size, -3, 100), toScreen(camera, size, 5, 108)];
    expect(corners[0][1] - corners[1][1]).toBeCloseTo(500 - 48);
    expect(corners[1][0] - corners[0][0]).toBeCloseTo(500 - 48);
    expect((corners[0][0] + corners[1][0]) / 2).toBeCloseTo(400);
    // upwards on the screen is upwards in the data
    expect(corners[1][1]).toBeLessThan(corners[0][1]);
  });

  it('has a view of a single cell, of a line and of nothing', () => {
    for (const box of [
      null,
      { minX: 2, maxX: 2, minY: 3, maxY: 3 },
      { minX: 2, maxX: 9, minY: 3, maxY: 3 },
    ]) {
      const camera = fitCamera(box, size);
      expect(Object.values(camera).every(Number.isFinite) && camera.scale > 0).toBe(true);
    }
  });

  it('goes back and forth between view and data', () => {
    const camera = { x: 3.5, y: -7, scale: 41 };
    const at = toScreen(camera, size, ...toData(camera, size, 123, 456));
    expect(at[0]).toBeCloseTo(123);
    expect(at[1]).toBeCloseTo(456);
  });

  it('keeps the place under the pointer when it zooms, and the place under the hand when it pans', () => {
    const fitted = fitCamera(bounds, size);
    const before = toData(fitted, size, 200, 90);
    const zoomed = zoomAt(fitted, size, [200, 90], 7.3, fitted.scale);
    expect(zoomed.scale).toBeCloseTo(7.3 * fitted.scale);
    expect(toScreen(zoomed, size, ...before)[0]).toBeCloseTo(200);
    expect(toScreen(zoomed, size, ...before)[1]).toBeCloseTo(90);
    const moved = toScreen(pan(zoomed, 33, -12), size, ...before);
    expect(moved[0]).toBeCloseTo(233);
    expect(moved[1]).toBeCloseTo(78);
  });

  it('does not lose the cells however often one zooms', () => {
    let camera = fitCamera(bounds, size);
    const { scale } = camera;
    for (let k = 0; k < 200; k++) camera = zoomAt(camera, size, [10, 10], 0.5, scale);
    expect(camera.scale).toBeGreaterThan(scale / 100);
    for (let k = 0; k < 500; k++) camera = zoomAt(camera, size, [10, 10], 2, scale);
    expect(Number.isFinite(camera.x) && camera.scale < scale * 1e5).toBe(true);
  });
});

describe('size of cells', () => {
  it('grows as cells get fewer and as one goes in, and follows the user', () => {
    const sizes = [1e6, 1e5, 1e4, 100].map((cells) => pointSize(cells, size, 1));
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
    expect(pointSize(1e5, size, 16)).toBeGreaterThan(2 * pointSize(1e5, size, 1));
    expect(pointSize(1e4, size, 1, 2)).toBeCloseTo(2 * pointSize(1e4, size, 1));
  });

  it('leaves the middle of a ring open however small the cells', () => {
    for (const diameter of [1, 3, 6, 14]) {
      const ring = ringSize(diameter);
      expect(ring - 2 * ringWidth(ring)).toBeGreaterThan(2);
    }
  });
});
