import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, plotlyText, type Theme } from './figure.ts';
import { methodColors } from './palette.ts';
import { joinAnd, methodLabel, timepointLabel } from './words.ts';

export interface PathDistanceCurve {
  method: string;
  heldOut: string;
  seed: number;
  /** real time */
  times: number[];
  /** mean over paths of the distance to the nearest real cell */
  mean: number[];
}

const MOST_NAMED = 4;

/** How far paths run from the nearest real cells, over time: a line a method, the mean over its seeds. */
export function pathDistanceFigure(
  curves: readonly PathDistanceCurve[],
  { theme = 'light', unit }: { theme?: Theme; unit?: string } = {},
): Figure {
  const methods = [...new Set(curves.map((curve) => curve.method))];
  const heldOuts = [...new Set(curves.map((curve) => curve.heldOut))];
  const colors = methodColors(methods, theme);
  // more than there are dashes to tell them apart by
  const many = heldOuts.length > MOST_NAMED;
  const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;
  const data = methods.flatMap((method) =>
    heldOuts.flatMap((heldOut, h): Partial<PlotData>[] => {
      const own = curves.filter((curve) => curve.method === method && curve.heldOut === heldOut);
      if (own.length === 0) return [];
      const where = plotlyText(`${timepointLabel(heldOut, unit)} held out`);
      const name = plotlyText(methodLabel(method));
      return [
        {
          type: 'scatter',
          mode: 'lines',
          ...(many
            ? {
                name,
                legendgroup: method,
                showlegend: h === 0,
                text: own[0]!.times.map(() => where),
                hoverinfo: 'x+y+text' as const,
              }
            : { name: `${name}, ${where}` }),
          x: own[0]!.times,
          y: own[0]!.times.map((_, t) => own.reduce((sum, curve) => sum + curve.mean[t]! / own.length, 0)),
          line: {
            color: colors.get(method)!,
            width: many ? 1.2 : 2,
            dash: many ? 'solid' : dashes[h % dashes.length]!,
          },
        },
      ];
    }),
  );
  // two names stand side by side in the legend, which takes its room from the figure
  const named = data.filter(({ showlegend }) => showlegend !== false).length;
  return {
    data,
    layout: {
      ...baseLayout(theme, 320 + 20 * Math.ceil(named / 2)),
      xaxis: baseAxis(theme, unit ?? 'time'),
      yaxis: {
        ...baseAxis(theme, 'distance to the nearest cell<br>(embedding units)', true),
        rangemode: 'tozero',
      },
    },
    caption: `Mean distance of the paths of ${joinAnd(methods.map(methodLabel))} to the nearest real cell of any timepoint, from the timepoint before the held-out one to the one after it; mean over seeds. Low all along: the paths stay where cells are. Cells at both ends are near because the paths start at cells.`,
  };
}
