import type { Annotations, Layout, PlotData } from 'plotly.js';
import { baseAxis, baseLayout, drawnRows, type Figure, inkOf, paddedRange, plotlyText } from './figure.ts';
import { timeColor } from './palette.ts';
import { formatCount, methodLabel } from './words.ts';

export interface ToyPathsInput {
  dims: 2 | 3;
  /** cells, row-major `[n, dims]` */
  points: Float32Array;
  /** further points of the manifold, row-major `[m, dims]` */
  manifold: Float32Array | null;
  panels: {
    method: string;
    /** said under the panel's name */
    note: string;
    /** trajectories at evenly spaced times, an odd number of them, row-major `[times, n, dims]` */
    points: Float32Array;
    times: number;
  }[];
}

const GAP = 0.05;
const MOST_POINTS = 2500;
const MOST_PATHS = 40;

/** Trajectories over the data, one panel a method to one scale, with their midpoints as dots. */
export function toyPathsFigure(input: ToyPathsInput): Figure {
  const { dims, panels } = input;
  const ground = columns(input.manifold ?? input.points, dims, MOST_POINTS);
  const width = (1 - GAP * (panels.length - 1)) / panels.length;
  const data: Partial<PlotData>[] = [];
  const annotations: Partial<Annotations>[] = [];
  panels.forEach((panel, k) => {
    const all = panel.points.length / panel.times / dims;
    const drawn = drawnRows(all, MOST_PATHS, 42);
    const at = (time: number, path: number, d: number) => panel.points[(time * all + path) * dims + d]!;
    const steps = Array.from({ length: panel.times }, (_, time) => time);
    const line = (d: number) =>
      Array.from(drawn).flatMap((path) => [...steps.map((time) => at(time, path, d)), null]);
    const middle = (d: number) => Array.from(drawn, (path) => at((panel.times - 1) / 2, path, d));
    const first = k === 0;
    data.push(
      trace(dims, k, 'markers', input.manifold ? 'points of the surface' : 'cells', (d) => ground[d]!, {
        marker: { size: dims === 3 ? 1.6 : 3, color: inkOf('light').line, opacity: dims === 3 ? 0.6 : 0.3 },
        showlegend: first,
      }),
      trace(dims, k, 'lines', 'trajectories', line, {
        line: { width: dims === 3 ? 2 : 1.2, color: timeColor(0.3) },
        opacity: 0.8,
        showlegend: first,
      }),
      trace(dims, k, 'markers', 'midpoints', middle, {
        marker: { size: dims === 3 ? 3.5 : 6, color: '#D55E00' },
        showlegend: first,
      }),
    );
    annotations.push({
      text: `<b>${plotlyText(methodLabel(panel.method))}</b><br>${plotlyText(panel.note)}`,
      align: 'left',
      showarrow: false,
      xref: 'paper',
      yref: 'paper',
      x: k * (width + GAP),
      y: 1,
      xanchor: 'left',
      yanchor: 'bottom',
    });
  });
  const domain = (k: number): [number, number] => [k * (width + GAP), Math.min(1, k * (width + GAP) + width)];
  const range = (d: number) => paddedRange(data.flatMap((each) => coordinate(each, d)));
  const axes = dims === 3 ? scenes(panels.length, domain) : planes(panels.length, domain, range);
  const layout: Partial<Layout> = { ...baseLayout('light', dims === 3 ? 480 : 360), ...axes, annotations };
  return {
    data,
    layout: {
      ...layout,
      margin: { l: 50, r: 14, t: 82, b: 52 },
      legend: { ...layout.legend, y: 1.16 },
    },
    caption: `Lines: up to ${formatCount(MOST_PATHS)} cells of the first timepoint, carried along the fitted field. Dots: where they are half-way.`,
  };
}

function trace(
  dims: 2 | 3,
  panel: number,
  mode: 'lines' | 'markers',
  name: string,
  values: (d: number) => (number | null)[],
  rest: Partial<PlotData>,
): Partial<PlotData> {
  const suffix = panel === 0 ? '' : String(panel + 1);
  const place =
    dims === 3
      ? { type: 'scatter3d' as const, scene: `scene${suffix}`, z: values(2) }
      : { type: 'scatter' as const, xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  return {
    ...place,
    mode,
    name,
    legendgroup: name,
    x: values(0),
    y: values(1),
    hoverinfo: 'skip',
    ...rest,
  } as Partial<PlotData>;
}

const coordinate = (each: Partial<PlotData>, d: number) =>
  ((d === 0 ? each.x : each.y) as (number | null)[]).filter((v) => v !== null);

function planes(
  count: number,
  domain: (k: number) => [number, number],
  range: (d: number) => [number, number],
) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, k) => (k === 0 ? '' : String(k + 1))).flatMap((suffix, k) => [
      [
        `xaxis${suffix}`,
        { ...baseAxis('light', 'x'), domain: domain(k), anchor: `y${suffix}`, range: range(0) },
      ],
      [
        `yaxis${suffix}`,
        {
          ...baseAxis('light', k === 0 ? 'y' : ''),
          anchor: `x${suffix}`,
          range: range(1),
          scaleanchor: `x${suffix}`,
          constrain: 'domain',
          constraintoward: 'top',
        },
      ],
    ]),
  );
}

function scenes(count: number, domain: (k: number) => [number, number]) {
  // ticks would be cut off at the panel's edge, and the shape is what counts
  const axis = {
    showticklabels: false,
    title: { text: '' },
    showbackground: false,
    gridcolor: inkOf('light').grid,
    zeroline: false,
  };
  return Object.fromEntries(
    Array.from({ length: count }, (_, k) => [
      `scene${k === 0 ? '' : k + 1}`,
      {
        domain: { x: domain(k), y: [0, 1] },
        aspectmode: 'data',
        camera: { eye: { x: 1.2, y: -1.38, z: 0.9 } },
        xaxis: axis,
        yaxis: axis,
        zaxis: axis,
      },
    ]),
  );
}

function columns(points: Float32Array, dims: number, most: number): number[][] {
  const rows = drawnRows(points.length / dims, most, 42);
  return Array.from({ length: dims }, (_, d) => Array.from(rows, (row) => points[row * dims + d]!));
}
