import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, inkOf, plotlyText, type Theme } from './figure.ts';

export interface PathSpreadInput {
  /** real time, ascending */
  times: number[];
  /** root mean square distance over seeds, `[times, trajectories]` */
  spread: Float32Array;
  seeds: number;
}

/** How far the paths of the same cell lie apart over seeds, along time: the middle trajectory and nine in ten around it. */
export function pathSpreadFigure(
  { times, spread, seeds }: PathSpreadInput,
  { theme = 'light', unit }: { theme?: Theme; unit?: string } = {},
): Figure {
  const ink = inkOf(theme);
  const n = spread.length / times.length;
  const sorted = times.map((_, s) => spread.slice(s * n, (s + 1) * n).sort());
  const quantile = (q: number) => sorted.map((values) => values[Math.round(q * (n - 1))]);
  const edge: Partial<PlotData> = {
    type: 'scatter',
    mode: 'lines',
    x: times,
    hoverinfo: 'skip',
    showlegend: false,
  };
  const data: Partial<PlotData>[] = [
    { ...edge, y: quantile(0.05), line: { width: 0 } },
    { ...edge, y: quantile(0.95), line: { width: 0 }, fill: 'tonexty', fillcolor: ink.grid },
    {
      type: 'scatter',
      mode: 'lines',
      name: 'middle trajectory',
      x: times,
      y: quantile(0.5),
      line: { color: ink.text, width: 2 },
      showlegend: false,
    },
  ];
  return {
    data,
    layout: {
      ...baseLayout(theme, 300),
      xaxis: baseAxis(theme, plotlyText(unit ?? 'time')),
      yaxis: { ...baseAxis(theme, 'distance over seeds (embedding units)', true), rangemode: 'tozero' },
    },
    caption: `How far the paths of the same cell lie apart in ${seeds} fits that differ in their seed alone (root mean square distance from their mean). Line: the middle trajectory; band: nine in ten trajectories. All start at the same cells, so it begins at 0.`,
  };
}
