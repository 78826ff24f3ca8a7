import type { Annotations, PlotData } from 'plotly.js';
import { baseLayout, type Figure, plotlyText } from './figure.ts';
import { methodLabel } from './words.ts';

export interface ToyImagesInput {
  /** width and height of an image in pixels */
  size: number;
  panels: {
    method: string;
    note: string;
    /** one row of images a path, start to end; each image [size · size], row by row from the top, 0 to 16 */
    paths: Float32Array[][];
  }[];
}

const GAP = 0.05;
const PIXEL = 3.6;

/** Images along a few paths: a row a path from left (start) to right (end), one panel a method. */
export function toyImagesFigure({ size, panels }: ToyImagesInput): Figure {
  const width = (1 - GAP * (panels.length - 1)) / panels.length;
  const rows = panels[0]!.paths.length * (size + 1) - 1;
  const data: Partial<PlotData>[] = [];
  const annotations: Partial<Annotations>[] = [];
  const axes: Record<string, unknown> = {};
  const hidden = { visible: false, fixedrange: true };
  panels.forEach(({ method, note, paths }, k) => {
    const suffix = k === 0 ? '' : String(k + 1);
    const left = k * (width + GAP);
    data.push({
      type: 'heatmap',
      z: mosaic(paths, size),
      zmin: 0,
      zmax: 16,
      colorscale: [
        [0, '#ffffff'],
        [1, '#111111'],
      ],
      showscale: false,
      hoverinfo: 'skip',
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
    } as Partial<PlotData>);
    axes[`xaxis${suffix}`] = {
      ...hidden,
      domain: [left, Math.min(1, left + width)],
      anchor: `y${suffix}`,
      constrain: 'domain',
    };
    axes[`yaxis${suffix}`] = {
      ...hidden,
      autorange: 'reversed',
      anchor: `x${suffix}`,
      scaleanchor: `x${suffix}`,
      constrain: 'domain',
      constraintoward: 'top',
    };
    annotations.push({
      text: `<b>${plotlyText(methodLabel(method))}</b><br>${plotlyText(note)}`,
      align: 'left',
      showarrow: false,
      xref: 'paper',
      yref: 'paper',
      x: left,
      y: 1,
      xanchor: 'left',
      yanchor: 'bottom',
    });
  });
  return {
    data,
    layout: {
      ...baseLayout('light', Math.round(86 + rows * PIXEL * 1.6)),
      ...axes,
      annotations,
      margin: { l: 8, r: 8, t: 56, b: 8 },
      plot_bgcolor: '#c9ced6',
    },
    caption:
      'Each row is a path: on the left a real image, to the right what the fitted field makes of it, decoded from its principal components.',
  };
}

/** All images in one matrix [rows of pixels][columns of pixels], null between them. */
function mosaic(paths: Float32Array[][], size: number): (number | null)[][] {
  const columns = paths[0]!.length * (size + 1) - 1;
  const out = Array.from({ length: paths.length * (size + 1) - 1 }, () =>
    new Array<number | null>(columns).fill(null),
  );
  paths.forEach((images, i) => {
    images.forEach((image, j) => {
      image.forEach((value, p) => {
        out[i * (size + 1) + Math.floor(p / size)]![j * (size + 1) + (p % size)] = value;
      });
    });
  });
  return out;
}
