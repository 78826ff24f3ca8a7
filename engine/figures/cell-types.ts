import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, plotlyText, shortLabel, type Theme } from './figure.ts';
import { methodColors } from './palette.ts';
import { formatCount, methodLabel } from './words.ts';

/** The mean cost of reaching the real cells of a type. */
export interface CellTypeDistance {
  cellType: string;
  method: string;
  value: number;
}

/** W₁ by cell type, a row a type, a point a method; the types that are reached worst come first. */
export function cellTypesFigure(
  distances: readonly CellTypeDistance[],
  { theme = 'light', most = 20 }: { theme?: Theme; most?: number } = {},
): Figure {
  const methods = [...new Set(distances.map(({ method }) => method))];
  const colors = methodColors(methods, theme);
  // in the order of the method that comes first, which is the one that the reader asks about
  const rank = new Map(
    distances.filter(({ method }) => method === methods[0]).map(({ cellType, value }) => [cellType, value]),
  );
  const types = [...new Set(distances.map(({ cellType }) => cellType))].sort(
    (a, b) => (rank.get(b) ?? -1) - (rank.get(a) ?? -1),
  );
  const shown = types.slice(0, most);
  const data = methods.map((method): Partial<PlotData> => {
    const own = distances.filter((one) => one.method === method && shown.includes(one.cellType));
    return {
      type: 'scatter',
      mode: 'markers',
      name: plotlyText(methodLabel(method)),
      x: own.map(({ value }) => value),
      y: own.map(({ cellType }) => shown.indexOf(cellType)),
      marker: { size: 8, color: colors.get(method)!, opacity: 0.85 },
      hovertext: own.map(({ cellType, value }) =>
        plotlyText(`${cellType}, ${methodLabel(method)}: ${Number(value.toPrecision(3))}`),
      ),
      hoverinfo: 'text',
    };
  });
  const height = 130 + 20 * shown.length;
  return {
    data,
    layout: {
      ...baseLayout(theme, height),
      xaxis: {
        ...baseAxis(theme, 'mean cost of reaching its cells (embedding units)', true),
        rangemode: 'tozero',
      },
      yaxis: {
        ...baseAxis(theme, '', true),
        tickvals: shown.map((_, row) => row),
        ticktext: shown.map((type) => plotlyText(shortLabel(type, 26))),
        ticks: '',
        range: [shown.length - 0.5, -0.5],
      },
    },
    caption: `The mean cost, in the plan of W1, of bringing predicted cells to the real cells of a type; lower is better; mean over seeds.${
      shown.length < types.length
        ? ` The ${formatCount(shown.length)} of ${formatCount(types.length)} types that are reached worst are drawn.`
        : ''
    }`,
    print: { width: 480, height },
  };
}
