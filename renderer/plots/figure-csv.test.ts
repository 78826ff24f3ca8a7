import { beforeAll, describe, expect, test } from 'vitest';
import { cellTypesFigure } from '../../engine/figures/cell-types.ts';
import type { Figure } from '../../engine/figures/figure.ts';
import { geneAlongFigure } from '../../engine/figures/gene-along.ts';
import { DISTANCE_MEASURES, heldOutDistancesFigure } from '../../engine/figures/held-out-distances.ts';
import { lossFigure } from '../../engine/figures/loss.ts';
import { map3dFigure } from '../../engine/figures/map-3d.ts';
import { pathDistanceFigure } from '../../engine/figures/path-distance.ts';
import { runsFigure } from '../../engine/figures/runs.ts';
import type { RunResults } from '../../engine/host/protocol.ts';
import { tinyRun } from '../testing/tiny-run.ts';
import { figureCsv, parseFigureCsv, valuesOf } from './figure-csv.ts';

let run: RunResults;
beforeAll(async () => {
  run = await tinyRun();
});

const FIGURES: Record<string, () => Figure> = {
  ...Object.fromEntries(
    DISTANCE_MEASURES.map((measure) => [
      `distances, ${measure}`,
      () => heldOutDistancesFigure({ ...run.metrics, unit: 'day' }, { measure }),
    ]),
  ),
  losses: () => lossFigure(run.losses),
  'path distance': () => pathDistanceFigure(run.metrics.pathDistances, { unit: 'day' }),
  runs: () => runsFigure([run.info, { ...run.info, name: '=second, "try"' }]),
  'cell types': () =>
    cellTypesFigure([
      { cellType: 'a', method: 'ot-cfm', value: 1 / 3 },
      { cellType: '<b>', method: 'ot-cfm', value: 2 / 3 },
    ]),
  gene: () =>
    geneAlongFigure({
      gene: 'Sox2',
      times: [0, 1.5, 3],
      mean: Float32Array.of(0.1, 0.2, 0.3),
      low: Float32Array.of(0, 0.1, 0.2),
      high: Float32Array.of(0.2, 0.3, 0.4),
      real: [
        { time: 0, reconstructed: 0.1, measured: 0.12 },
        { time: 3, reconstructed: 0.3, measured: Number.NaN },
      ],
      about: '',
    }),
  'cells in space': () =>
    map3dFigure({
      positions: Float32Array.of(0.1, 0.2, 0.3, 1, 2, 3),
      axes: ['PC 1', 'PC 2', 'PC 3'],
      groups: [{ name: 'day 0', rows: Int32Array.of(0, 1), colour: ['#000000', '#ffffff'] }],
    }),
};

describe.each(Object.keys(FIGURES))('the data of a figure as CSV: %s', (name) => {
  test('draw it again', () => {
    const { data, layout } = FIGURES[name]!();
    const series = parseFigureCsv(figureCsv({ data, layout, caption: '' }));
    expect(data.length).toBeGreaterThan(0);
    expect(series).toHaveLength(data.length);
    data.forEach((trace, k) => {
      const { type, mode, xaxis, yaxis, points } = series[k]!;
      expect({ type, mode, xaxis, yaxis }).toEqual({
        type: trace.type ?? null,
        mode: trace.mode ?? null,
        xaxis: trace.xaxis ?? null,
        yaxis: trace.yaxis ?? null,
      });
      for (const field of [
        'x',
        'y',
        'z',
        'error_x.array',
        'error_y.array',
        'error_y.arrayminus',
        'marker.color',
      ] as const)
        expect(points[field] ?? null, `${trace.name} ${field}`).toEqual(valuesOf(trace, field));
    });
  });
});

test('a row says where it belongs, and a column what it is', () => {
  const [header, first] = figureCsv(heldOutDistancesFigure({ ...run.metrics, unit: 'day' })).split('\r\n');
  expect(header).toContain('"x label"');
  expect(header).toContain('"y (W1 distance (embedding units))"');
  expect(first).toMatch(/"straight paths \(OT-CFM\)","bar".*"day 3"/);
});
