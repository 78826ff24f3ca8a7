import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, inkOf, plotlyText, type Theme } from './figure.ts';
import { methodColors, mix } from './palette.ts';
import { methodLabel, timepointLabel } from './words.ts';

export type LossStage = 'interpolant' | 'vectorField';

/** The losses of one stage of one fit; null where none was measured at that step. */
export interface LossCurve {
  method: string;
  heldOut: string;
  seed: number;
  stage: LossStage;
  step: readonly number[];
  training: readonly (number | null)[];
  validation: readonly (number | null)[];
}

const stageTitles: Record<LossStage, string> = {
  interpolant: 'Bending of the paths: energy',
  vectorField: 'Velocities: squared error',
};

/** Loss by step, one panel a stage; validation strong, training pale; log axis where all losses are positive. */
export function lossFigure(
  curves: readonly LossCurve[],
  options: { theme?: Theme; unit?: string; maxPoints?: number } = {},
): Figure {
  const { theme = 'light', unit, maxPoints = 300 } = options;
  const ink = inkOf(theme);
  const colors = methodColors([...new Set(curves.map((curve) => curve.method))], theme);
  const stages = (['interpolant', 'vectorField'] as const).filter((stage) =>
    curves.some((curve) => curve.stage === stage),
  );
  const named = new Set<string>();
  const data: Partial<PlotData>[] = [];
  for (const kind of ['training', 'validation'] as const) {
    for (const curve of curves) {
      const line = thin(curve.step, curve[kind], maxPoints);
      if (line.y.length === 0) continue;
      const panel = stages.indexOf(curve.stage);
      const name = `${plotlyText(methodLabel(curve.method))}, ${kind}`;
      const color = colors.get(curve.method)!;
      data.push({
        type: 'scatter',
        mode: line.y.length === 1 ? 'markers' : 'lines',
        name,
        legendgroup: name,
        showlegend: !named.has(name),
        legendrank: kind === 'validation' ? 1 : 2,
        ...line,
        xaxis: panel === 0 ? 'x' : 'x2',
        yaxis: panel === 0 ? 'y' : 'y2',
        line:
          kind === 'validation'
            ? { width: 1.6, color }
            : { width: 1, color: mix(color, theme === 'light' ? '#ffffff' : '#14181d', 0.6) },
        hovertext: `${plotlyText(timepointLabel(curve.heldOut, unit))} held out, seed ${curve.seed}`,
        hoverinfo: 'y+text',
      });
      named.add(name);
    }
  }

  const two = stages.length === 2;
  const axes = stages.map((stage, panel) => {
    const domain = two ? (panel === 0 ? [0, 0.44] : [0.56, 1]) : [0, 1];
    const losses = curves
      .filter((curve) => curve.stage === stage)
      .flatMap((curve) => [...curve.training, ...curve.validation])
      .filter((value) => value !== null && Number.isFinite(value));
    const positive = losses.every((value) => value! > 0);
    return {
      x: {
        ...baseAxis(theme, 'training step'),
        domain: domain as [number, number],
        rangemode: 'tozero' as const,
      },
      y: {
        ...baseAxis(theme, positive ? 'loss (log scale)' : 'loss', true),
        type: positive ? ('log' as const) : ('linear' as const),
        ...(positive && logTicks(losses as number[])),
      },
      title: {
        text: stageTitles[stage],
        showarrow: false,
        xref: 'paper' as const,
        yref: 'paper' as const,
        x: domain[0],
        y: 1,
        xanchor: 'left' as const,
        yanchor: 'bottom' as const,
        font: { size: 13, color: ink.text },
      },
    };
  });
  return {
    data,
    layout: {
      ...baseLayout(theme, 380),
      margin: { l: 62, r: 14, t: 70, b: 52 },
      legend: { ...baseLayout(theme, 380).legend, y: 1.1 },
      ...(axes[0] && { xaxis: axes[0].x, yaxis: axes[0].y }),
      ...(axes[1] && { xaxis2: { ...axes[1].x, anchor: 'y2' }, yaxis2: { ...axes[1].y, anchor: 'x2' } }),
      annotations: axes.map((axis) => axis.title),
    },
    caption:
      'Loss by training step, one line for each fit (held-out timepoint and seed; hover to see which). Strong: validation; pale: training. Losses of different stages and methods are not comparable with each other.',
    print: { width: two ? 640 : 480, height: 320 },
  };
}

/** Ticks at 1, 2 and 5 of each decade, at decades where there are many, at each digit where losses are alike; plotly would call 0.5 a small 5. */
function logTicks(losses: readonly number[]): { tickmode: 'array'; tickvals: number[]; ticktext: string[] } {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const loss of losses) {
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const digits = last - first > 3 ? [1] : high < 5 * low ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 2, 5];
  const decades = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k);
  const ticktext = decades.flatMap((decade) => digits.map((digit) => String(Number(`${digit}e${decade}`))));
  return { tickmode: 'array', tickvals: ticktext.map(Number), ticktext };
}

/** The measured points, thinned by an even stride that keeps the first and the last. */
function thin(step: readonly number[], loss: readonly (number | null)[], most: number) {
  const measured = step.flatMap((_, k) => (loss[k] !== null && Number.isFinite(loss[k]) ? [k] : []));
  const count = Math.min(measured.length, most);
  const kept = Array.from({ length: count }, (_, k) =>
    count < 2 ? measured[0] : measured[Math.round((k * (measured.length - 1)) / (count - 1))],
  );
  return { x: kept.map((k) => step[k]), y: kept.map((k) => loss[k]!) };
}
