import { describe, expect, it } from 'vitest';
import { drawnRows, type Figure, plotlyText } from './figure.ts';
import { lossFigure } from './loss.ts';
import { type MapInput, mapFigure } from './map.ts';
import { pathSpreadFigure } from './path-spread.ts';
import { predictionFigure } from './prediction.ts';
import { wassersteinFigure } from './wasserstein.ts';
import { methodLabel } from './words.ts';

const hostile = '</script><img src=x onerror=alert(1)>';

/** A grid of cells: cell i of timepoint i mod 3 lies at (i, 2 i, 7). */
function mapInput(nObs: number): MapInput {
  return {
    embedding: 'X_pca',
    dims: 3,
    points: Float32Array.from({ length: nObs * 3 }, (_, k) => [1, 2][k % 3]! * Math.floor(k / 3) || 7),
    cellTimepoint: Int32Array.from({ length: nObs }, (_, i) => i % 3),
    timepoints: { labels: ['0', '2', '7'], times: [0, 2, 7], unit: 'day' },
    heldOut: ['2'],
    trajectories: {
      times: [0, 1, 2, 4.5, 7],
      // trajectory r at time s is at (s, r), written [times, trajectories, dims]
      points: Float32Array.from(
        { length: 5 * 2 * 3 },
        (_, k) => [Math.floor(k / 6), Math.floor(k / 3) % 2, 9][k % 3]!,
      ),
    },
  };
}

const x = (figure: Figure, trace: number) => figure.data[trace].x as (number | null)[];
const y = (figure: Figure, trace: number) => figure.data[trace].y as (number | null)[];

describe('mapFigure', () => {
  it('puts every cell into the trace of its timepoint, the held-out ones as rings', () => {
    const figure = mapFigure(mapInput(30));
    for (const k of [0, 1, 2]) {
      expect(x(figure, k)).toEqual(Array.from({ length: 10 }, (_, r) => 3 * r + k || 7));
      expect(figure.data[k].marker?.symbol).toBe(k === 1 ? 'circle-open' : 'circle');
    }
    expect(figure.data.map((trace) => trace.name)).toEqual([
      'day 0',
      'day 2 (held out)',
      'day 7',
      'trajectories',
      'trajectories',
    ]);
    expect(figure.caption).not.toContain('chosen at random');
  });

  it('draws trajectories in one trace an interval, parted by gaps, joined at the timepoint', () => {
    const figure = mapFigure(mapInput(30));
    expect(x(figure, 3)).toEqual([0, 1, 2, null, 0, 1, 2, null]);
    expect(y(figure, 3)).toEqual([0, 0, 0, null, 1, 1, 1, null]);
    expect(x(figure, 4)).toEqual([2, 3, 4, null, 2, 3, 4, null]);
  });

  it('dots the segments that end far from any cell, and loses none', () => {
    const input = mapInput(30);
    // trajectory 1 is far at its third point, which both intervals share
    const cellDistance = new Float32Array(10);
    cellDistance[2 * 2 + 1] = 1.5;
    const figure = mapFigure({ ...input, trajectories: { ...input.trajectories!, cellDistance } });
    const lines = figure.data.slice(3).map(({ line, x }) => [line?.dash, x]);
    expect(lines).toEqual([
      [undefined, [0, 1, 2, null, 0, 1, null]],
      ['dot', [1, 2, null]],
      [undefined, [2, 3, 4, null, 3, 4, null]],
      ['dot', [2, 3, null]],
    ]);
    expect(figure.data.filter(({ showlegend, name }) => showlegend && name?.startsWith('far')).length).toBe(
      1,
    );
    expect(figure.caption).toContain('Dotted: far from any cell');
    expect(mapFigure(input).caption).not.toContain('Dotted');
  });

  it('draws paler what stands for less than half a cell, and says so', () => {
    const input = mapInput(30);
    // trajectory 0 dwindles, trajectory 1 grows
    const mass = Float32Array.from([1, 1, 0.8, 1.5, 0.4, 2, 0.3, 2.5, 0.6, 3]);
    const figure = mapFigure({ ...input, trajectories: { ...input.trajectories!, mass } });
    const lines = figure.data.slice(3).map(({ name, x }) => [name, x]);
    expect(lines).toEqual([
      ['trajectories', [0, 1, null, 0, 1, 2, null]],
      ['stands for less than half a cell', [1, 2, null]],
      ['trajectories', [3, 4, null, 2, 3, 4, null]],
      ['stands for less than half a cell', [2, 3, null]],
    ]);
    const [usual, light] = [3, 4].map((trace) => figure.data[trace].opacity!);
    expect(light).toBeLessThan(0.5 * usual!);
    expect(figure.data.filter(({ showlegend }) => showlegend)).toHaveLength(2);
    expect(figure.caption).toContain('Pale: stands for less than half a cell');
    expect(mapFigure(input).caption).not.toContain('Pale');
  });

  it('breaks a line where it would cross a tear of the map, and says so', () => {
    const input = mapInput(30);
    // the step of trajectory 1 to its second point
    const torn = new Uint8Array(10);
    torn[1 * 2 + 1] = 1;
    const figure = mapFigure({ ...input, trajectories: { ...input.trajectories!, torn } });
    expect(x(figure, 3)).toEqual([0, 1, 2, null, 1, 2, null]);
    expect(figure.caption).toContain('A line is broken');
    expect(mapFigure(input).caption).not.toContain('A line is broken');
  });

  it('draws a part of large data, the same for a seed, and says so', () => {
    const drawn = (seed: number) => mapFigure(mapInput(9000), { maxCells: 500, seed });
    const count = [0, 1, 2].reduce((sum, k) => sum + x(drawn(1), k).length, 0);
    expect(count).toBe(500);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
    expect(drawn(1).caption).toContain('500 of 9,000 cells');
  });

  it('leaves out cells of no timepoint', () => {
    const input = mapInput(30);
    input.cellTimepoint.fill(-1, 0, 15);
    const figure = mapFigure(input);
    expect([0, 1, 2].reduce((sum, k) => sum + x(figure, k).length, 0)).toBe(15);
  });
});

it('pathSpreadFigure has the middle trajectory between the 5th and the 95th of a hundred', () => {
  const spread = Float32Array.from({ length: 202 }, (_, i) => (i < 101 ? 0 : 100 - (i - 101)));
  const { data, caption } = pathSpreadFigure({ times: [0, 2], spread, seeds: 3 });
  expect(data.map((trace) => trace.y)).toEqual([
    [0, 5],
    [0, 95],
    [0, 50],
  ]);
  expect(caption).toContain('3 fits');
});

describe('predictionFigure', () => {
  const panel = (method: string, heldOut: string, at: number) => ({
    method,
    heldOut,
    note: 'W1 1.0',
    predicted: Float32Array.of(at, 0, at + 1, 1),
    real: Float32Array.of(at, 5),
    context: Float32Array.of(-30, -30, 40, 40),
  });
  const figure = predictionFigure({
    embedding: 'X_pca',
    dims: 2,
    panels: [panel('ot-mfm', 'day 2', 0), panel('ot-cfm', 'day 2', 10), panel('ot-mfm', 'day 3', 20)],
  });
  const layout = figure.layout as Record<string, { domain: [number, number]; range: [number, number] }>;

  it('has a panel for each held-out timepoint (rows) and method (columns) that do not overlap', () => {
    const [x1, x2, x3] = [layout.xaxis, layout.xaxis2, layout.xaxis3].map((axis) => axis.domain);
    const [y1, y2, y3] = [layout.yaxis, layout.yaxis2, layout.yaxis3].map((axis) => axis.domain);
    expect(x3).toEqual(x1);
    expect(y2).toEqual(y1);
    expect(x2[0]).toBeGreaterThan(x1[1]);
    expect(y3[1]).toBeLessThan(y1[0]);
    expect(Math.min(...y3)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...y1, ...x2)).toBeLessThanOrEqual(1);
    expect(y3[1] - y3[0]).toBeCloseTo(y1[1] - y1[0], 10);
  });

  it('shows all panels to one scale that holds every drawn point', () => {
    for (const axis of ['xaxis', 'xaxis2', 'xaxis3']) {
      expect(layout[axis].range).toEqual(layout.xaxis.range);
      expect(layout[axis].range[0]).toBeLessThan(-30);
      expect(layout[axis].range[1]).toBeGreaterThan(40);
    }
  });

  it('breaks the names of methods to the width of a panel', () => {
    const methods = ['auto', 'ot-cfm', 'i-cfm', 'i-mfm'];
    const { layout } = predictionFigure({
      embedding: 'X_pca',
      dims: 2,
      panels: methods.map((method) => panel(method, 'day 2', 0)),
    });
    const titles = layout.annotations!.map(({ text }) => text!.replaceAll(/<\/?b>/g, '').split('<br>'));
    expect(titles.map((lines) => lines.at(-1))).toEqual(methods.map(() => 'day 2, W1 1.0'));
    expect(titles.map((lines) => lines.slice(0, -1).join(' '))).toEqual(methods.map(methodLabel));
    for (const line of titles.flat()) expect(line.length).toBeLessThanOrEqual(22);
  });

  it('draws real cells as rings and predicted ones filled and translucent', () => {
    const real = figure.data.filter((trace) => trace.name === 'real held-out cells');
    const predicted = figure.data.filter((trace) => trace.name?.startsWith('predicted'));
    expect(real.map((trace) => trace.marker?.symbol)).toEqual(['circle-open', 'circle-open', 'circle-open']);
    expect(predicted.map((trace) => trace.x)).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
    for (const trace of predicted) expect(trace.marker?.opacity).toBeLessThan(1);
    expect(predicted.filter((trace) => trace.showlegend).length).toBe(2);
  });
});

describe('wassersteinFigure', () => {
  const row = (method: string, heldOut: string, seed: number, w1: number | null) => ({
    method,
    heldOut,
    heldOutTogether: null,
    seed,
    w1,
  });
  const mean = (method: string, heldOut: string | null, w1Mean: number | null, w1Sd: number | null) => ({
    method,
    heldOut,
    heldOutTogether: null,
    w1Mean,
    w1Sd,
  });
  const figure = wassersteinFigure({
    rows: [
      row('a', '2', 1, 1),
      row('a', '2', 2, 3),
      row('a', '3', 1, 5),
      row('a', '3', 2, 9),
      row('b', '2', 1, 4),
      row('b', '2', 2, 4),
      row('b', '3', 1, 6),
      row('b', '3', 2, null),
    ],
    summary: [
      mean('a', '2', 2, 1.4),
      mean('a', '3', 7, 2.8),
      mean('b', '2', 4, 0),
      mean('b', '3', 6, null),
      mean('a', null, 4.5, 2.1),
      mean('b', null, 5, null),
    ],
    unit: 'day',
  });

  it('has a bar for each mean, with whiskers, side by side', () => {
    expect(figure.data[0].y).toEqual([2, 7, 4.5]);
    expect((figure.data[0].error_y as { array: number[] }).array).toEqual([1.4, 2.8, 2.1]);
    const [a, b] = [x(figure, 0) as number[], x(figure, 2) as number[]];
    const width = figure.data[0].width as number;
    for (let k = 0; k < 2; k++) expect(b[k] - a[k]).toBeGreaterThanOrEqual(width);
    expect(figure.layout.xaxis?.ticktext).toEqual(['day 2', 'day 3', 'mean over all']);
  });

  it('has a dot for each seed, and over all only for seeds without a diverged fit', () => {
    expect(figure.data[1].y).toEqual([1, 3, 5, 9, 3, 6]);
    expect(figure.data[3].y).toEqual([4, 4, 6, 5]);
  });
});

describe('lossFigure', () => {
  const curve = {
    method: 'ot-mfm',
    heldOut: '2',
    seed: 42,
    stage: 'vectorField' as const,
    step: [10, 20, 30],
    training: [0.5, 0.05, 0.01],
    validation: [null, 0.2, null],
  };

  it('draws what was measured, on a log axis with plain labels', () => {
    const figure = lossFigure([curve]);
    expect(figure.data.map((trace) => [trace.x, trace.y])).toEqual([
      [
        [10, 20, 30],
        [0.5, 0.05, 0.01],
      ],
      [[20], [0.2]],
    ]);
    expect(figure.layout.yaxis?.type).toBe('log');
    expect(figure.layout.yaxis?.ticktext).toContain('0.05');
  });

  it('falls back to a linear axis where a loss is not positive, in its own panel only', () => {
    const figure = lossFigure([{ ...curve, stage: 'interpolant', training: [1, 0, -1] }, curve]);
    expect(figure.layout.yaxis?.type).toBe('linear');
    expect(figure.layout.yaxis2?.type).toBe('log');
  });

  it('thins long curves but keeps both ends', () => {
    const step = Array.from({ length: 5000 }, (_, k) => k + 1);
    const figure = lossFigure([{ ...curve, step, training: step, validation: step }], { maxPoints: 100 });
    expect(x(figure, 0).length).toBe(100);
    expect(x(figure, 0)[0]).toBe(1);
    expect(x(figure, 0)[99]).toBe(5000);
  });
});

describe('texts from a file', () => {
  it('stay text in every figure', () => {
    expect(plotlyText(hostile)).toBe('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
    const map = mapInput(30);
    map.timepoints.labels[1] = hostile;
    map.embedding = `X_${hostile}`;
    const row = { method: hostile, heldOut: hostile, heldOutTogether: hostile, seed: 1, w1: 1 };
    const loss = { method: hostile, heldOut: hostile, seed: 1, stage: 'interpolant' as const };
    const points = Float32Array.of(0, 0);
    const figures = [
      mapFigure(map),
      predictionFigure({
        embedding: hostile,
        dims: 2,
        panels: [
          {
            method: hostile,
            heldOut: hostile,
            note: hostile,
            predicted: points,
            real: points,
            context: points,
          },
        ],
      }),
      wassersteinFigure({ rows: [row], summary: [{ ...row, w1Mean: 1, w1Sd: null }] }),
      lossFigure([{ ...loss, step: [1], training: [1], validation: [1] }]),
    ];
    // legendgroup is an identity that is never drawn
    const drawn = JSON.stringify(
      figures.map(({ data, layout }) => ({ data, layout })),
      (key, value) => (key === 'legendgroup' ? undefined : value),
    );
    expect(drawn).toContain('onerror');
    expect(drawn).not.toContain('<img');
  });
});

describe('drawnRows', () => {
  it('draws distinct rows in ascending order, all of them where they fit', () => {
    expect([...drawnRows(5, 9, 1)]).toEqual([0, 1, 2, 3, 4]);
    const part = [...drawnRows(1000, 100, 1)];
    expect(new Set(part).size).toBe(100);
    expect([...part].sort((a, b) => a - b)).toEqual(part);
    expect(part.at(-1)).toBeLessThan(1000);
  });
});
