import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, groundOf, plotlyText, shortLabel, type Theme } from './figure.ts';
import { mix } from './palette.ts';

export interface GeneAlongInput {
  gene: string;
  /** real, in the order of going [times] */
  times: readonly number[];
  /** over the cells that are followed [times] */
  mean: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
  /** means of the real cells of each observed timepoint; NaN: not known */
  real: readonly { time: number; reconstructed: number; measured: number }[];
  /** how it was made, in a sentence */
  about: string;
}

const COLOR = '#0072B2';

/** Expression of a gene along the ways of cells: their mean and where 80 % of them are, beside the real cells. */
export function geneAlongFigure(
  { gene, times, mean, low, high, real, about }: GeneAlongInput,
  { theme = 'light', unit }: { theme?: Theme; unit?: string } = {},
): Figure {
  const color = theme === 'light' ? COLOR : mix(COLOR, '#ffffff', 0.35);
  const edge: Partial<PlotData> = {
    type: 'scatter',
    mode: 'lines',
    x: [...times],
    line: { width: 0, color },
    hoverinfo: 'skip',
    showlegend: false,
  };
  const points = (name: 'reconstructed' | 'measured', title: string, symbol: string): Partial<PlotData>[] => {
    const known = real.filter((one) => Number.isFinite(one[name]));
    if (known.length === 0) return [];
    return [
      {
        type: 'scatter',
        mode: 'markers',
        name: title,
        x: known.map(({ time }) => time),
        y: known.map((one) => one[name]),
        marker: {
          symbol,
          size: 8,
          color,
          line: { width: 1.5, color: symbol.endsWith('open') ? color : groundOf(theme) },
        },
      },
    ];
  };
  return {
    data: [
      { ...edge, name: '10th percentile', y: Array.from(low) },
      {
        ...edge,
        name: '80 % of the cells',
        y: Array.from(high),
        fill: 'tonexty',
        fillcolor: mix(color, groundOf(theme), 0.78),
        showlegend: true,
      },
      {
        ...edge,
        name: 'mean of the cells followed',
        y: Array.from(mean),
        line: { width: 2, color },
        hoverinfo: 'x+y',
        showlegend: true,
      },
      ...points('reconstructed', 'all real cells, from the components', 'circle'),
      ...points('measured', 'all real cells, as measured', 'circle-open'),
    ],
    layout: {
      ...baseLayout(theme, 300),
      xaxis: baseAxis(theme, plotlyText(unit ?? 'time')),
      yaxis: baseAxis(theme, `${plotlyText(shortLabel(gene))} (approximate)`, true),
    },
    caption: about,
  };
}
