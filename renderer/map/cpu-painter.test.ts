import { describe, expect, it } from 'vitest';
import { lineRuns, paintCells } from './cpu-painter.ts';
import {
  DIMMED,
  emptyScene,
  HOLLOW,
  NO_PLACE,
  priorityOf,
  type Scene,
  SELECTED,
  type View,
} from './scene.ts';

const view: View = {
  width: 40,
  height: 30,
  camera: { x: 0, y: 0, scale: 1 },
  pixelRatio: 1,
  pointSize: 8,
  step: 1,
  faint: [200, 200, 200],
  markSize: 8,
  ink: [0, 0, 0],
};

function sceneOf(
  cells: { at: [number, number]; entry: number; state?: number }[],
  more: Partial<Scene> = {},
): Scene {
  return {
    ...emptyScene(),
    positions: Float32Array.from(cells.flatMap(({ at }) => at)),
    states: Uint8Array.from(cells, ({ state }) => state ?? 0),
    entries: Uint8Array.from(cells, ({ entry }) => entry),
    palette: Uint8Array.from([90, 90, 90, 255, 255, 0, 0, 255, 0, 0, 255, 255, 0, 255, 0, 0]),
    ...more,
  };
}

function paint(scene: Scene, with_: Partial<View> = {}) {
  const { width, height, pixelRatio } = { ...view, ...with_ };
  const image = {
    width: width * pixelRatio,
    height: height * pixelRatio,
    data: new Uint8ClampedArray(4 * width * height * pixelRatio ** 2),
  };
  paintCells(scene, { ...view, ...with_ }, image, new Uint16Array(image.width * image.height));
  /** rgba of the pixel right below and right of a place in the data */
  const at = (x: number, y: number) => {
    const k =
      4 *
      (Math.floor(image.height / 2 - y * pixelRatio) * image.width +
        Math.floor(image.width / 2 + x * pixelRatio));
    return [...image.data.subarray(k, k + 4)];
  };
  let covered = 0;
  for (let k = 3; k < image.data.length; k += 4) covered += image.data[k] / 255;
  return { at, covered };
}

const red = [255, 0, 0, 255];
const blue = [0, 0, 255, 255];
const nothing = [0, 0, 0, 0];

describe('painting without WebGL', () => {
  it('draws a disc of the right colour, place and area', () => {
    for (const pixelRatio of [1, 2]) {
      const { at, covered } = paint(sceneOf([{ at: [6.3, -4.1], entry: 1 }]), { pixelRatio });
      expect(at(6.3, -4.1)).toEqual(red);
      expect(at(-6, 4)).toEqual(nothing);
      expect(covered / pixelRatio ** 2).toBeCloseTo(Math.PI * 16, -0.5);
    }
  });

  it('leaves out cells without a place and hidden categories', () => {
    const scene = sceneOf([
      { at: [0, 0], entry: 1, state: NO_PLACE },
      { at: [10, 0], entry: 3 },
    ]);
    expect(paint(scene).covered).toBe(0);
  });

  it('draws rings that are hollow', () => {
    const { at } = paint(sceneOf([{ at: [0.5, 0.5], entry: 1, state: HOLLOW }]), { pointSize: 10 });
    expect(at(0.5, 0.5)).toEqual(nothing);
    expect(at(5.5, 0.5)[3]).toBeGreaterThan(200);
  });

  it('dims what is not selected, and puts the selected on top', () => {
    const cells = [
      { at: [0, 0] as [number, number], entry: 1, state: SELECTED },
      { at: [0, 0] as [number, number], entry: 2 },
      { at: [12, 0] as [number, number], entry: 2 },
    ];
    const { at } = paint(sceneOf(cells, { selecting: true }));
    expect(at(0, 0)).toEqual(red);
    expect(at(12, 0)).toEqual([170, 170, Math.round(255 * (1 - DIMMED) + 200 * DIMMED), 255]);
  });

  it('puts high values on top in either order of the rows, and missing ones below', () => {
    for (const entries of [
      [1, 2],
      [2, 1],
      [0, 2],
      [2, 0],
    ]) {
      const cells = entries.map((entry) => ({ at: [0, 0] as [number, number], entry }));
      expect(paint(sceneOf(cells, { ranked: true })).at(0, 0)).toEqual(blue);
    }
  });

  it('mixes categories that lie on each other, however the file sorts them', () => {
    const onTop = Array.from({ length: 2000 }, (_, k) => {
      const first = priorityOf(k, 1, false, false);
      const second = priorityOf(k + 2000, 2, false, false);
      return first > second ? 1 : 0;
    }).reduce<number>((sum, one) => sum + one, 0);
    expect(Math.abs(onTop - 1000)).toBeLessThan(100);
  });

  it('draws small cells as squares of their area on average', () => {
    const cells = Array.from({ length: 100 }, (_, k) => ({
      at: [-18 + 4 * (k % 10) + (k % 7) / 7, -13.5 + 3 * Math.floor(k / 10) + (k % 3) / 3] as [
        number,
        number,
      ],
      entry: 1,
    }));
    expect(paint(sceneOf(cells), { pointSize: 1.5 }).covered / 100).toBeCloseTo(2.25, 0);
  });
});

describe('lines', () => {
  it('are parted at starts, gaps and changes of colour', () => {
    const runs = lineRuns({
      positions: Float32Array.from([0, 0, 1, 0, 2, 0, Number.NaN, 0, 4, 0, 5, 0, 6, 0, 7, 0]),
      starts: Uint32Array.from([0, 6]),
      entries: Uint16Array.from([0, 0, 1, 1, 1, 1, 0, 0]),
      palette: new Uint8Array(8),
    });
    expect(runs).toEqual([
      { first: 0, last: 1, entry: 0 },
      { first: 1, last: 2, entry: 1 },
      { first: 4, last: 5, entry: 1 },
      { first: 6, last: 7, entry: 0 },
    ]);
  });
});
