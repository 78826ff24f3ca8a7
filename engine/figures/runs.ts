import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, plotlyText, shortLabel, type Theme } from './figure.ts';
import { methodColors } from './palette.ts';
import { decimalsFor, formatMeanSd, methodLabel } from './words.ts';

export interface ComparedRun {
  name: string;
  /** over its held-out timepoints; `w1Mean` is null where it failed */
  means: readonly { method: string; w1Mean: number | null; w1Sd: number | null }[];
}

/** W₁ of several runs side by side, a row a run, a point a method; which runs compare is for the reader to be told. */
export function runsFigure(
  runs: readonly ComparedRun[],
  { theme = 'light' }: { theme?: Theme } = {},
): Figure {
  const methods = [...new Set(runs.flatMap(({ means }) => means.map(({ method }) => method)))];
  const colors = methodColors(methods, theme);
  const all = runs.flatMap(({ means }) => means);
  const decimals = decimalsFor(
    all.flatMap(({ w1Mean }) => (w1Mean === null ? [] : [w1Mean])),
    all.map(({ w1Sd }) => w1Sd),
  );
  const data = methods.map((method, m): Partial<PlotData> => {
    const own = runs.flatMap(({ name, means }, row) => {
      const entry = means.find((each) => each.method === method);
      return entry && entry.w1Mean !== null ? [{ name, row, mean: entry.w1Mean, sd: entry.w1Sd }] : [];
    });
    const color = colors.get(method)!;
    return {
      type: 'scatter',
      mode: 'markers',
      name: plotlyText(methodLabel(method)),
      x: own.map(({ mean }) => mean),
      y: own.map(({ row }) => row + (m - (methods.length - 1) / 2) * (0.6 / methods.length)),
      error_x: {
        type: 'data',
        array: own.map(({ sd }) => sd ?? 0),
        visible: own.some(({ sd }) => sd !== null),
        color,
        thickness: 1.2,
        width: 3,
      },
      marker: { size: 8, color },
      hovertext: own.map(({ name, mean, sd }) =>
        plotlyText(`${name}, ${methodLabel(method)}: ${formatMeanSd(mean, sd, decimals)}`),
      ),
      hoverinfo: 'text',
    };
  });
  const height = 140 + 48 * runs.length;
  return {
    data,
    layout: {
      ...baseLayout(theme, height),
      xaxis: {
        ...baseAxis(theme, 'W<sub>1</sub> distance, mean over held-out timepoints (embedding units)', true),
        rangemode: 'tozero',
      },
      yaxis: {
        ...baseAxis(theme, ''),
        tickvals: runs.map((_, row) => row),
        ticktext: runs.map(({ name }) => plotlyText(shortLabel(name))),
        ticks: '',
        range: [runs.length - 0.5, -0.5],
      },
    },
    caption:
      'Wasserstein-1 distance to the real cells, mean over the held-out timepoints of each run ± one standard deviation over seeds; lower is better. Runs compare where they hold out the same timepoints of the same cells in the same space.',
    print: { width: 480, height: Math.max(220, height) },
  };
}
