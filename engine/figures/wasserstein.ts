import type { PlotData } from 'plotly.js';
import { baseAxis, baseLayout, type Figure, inkOf, plotlyText, type Theme } from './figure.ts';
import { methodColors, mix } from './palette.ts';
import { decimalsFor, formatMeanSd, heldOutLabel, methodLabel } from './words.ts';

export interface WassersteinInput {
  /** one a fit and held-out timepoint; `w1` is null where the fit diverged */
  rows: readonly {
    method: string;
    heldOut: string;
    /** labels held out together, e.g. `3+4`; null where this timepoint was alone */
    heldOutTogether: string | null;
    seed: number;
    w1: number | null;
  }[];
  /** over seeds; `heldOut: null` is the mean over all held-out timepoints */
  summary: readonly {
    method: string;
    heldOut: string | null;
    heldOutTogether: string | null;
    w1Mean: number | null;
    w1Sd: number | null;
  }[];
  /** e.g. `day` */
  unit?: string;
}

/** Bars of W₁ by held-out timepoint and method, with mean ± sd and a dot for each seed. */
export function wassersteinFigure(input: WassersteinInput, options: { theme?: Theme } = {}): Figure {
  const { theme = 'light' } = options;
  const { rows, summary, unit } = input;
  const methods = [...new Set(summary.map((entry) => entry.method))];
  const groups = groupsOf(summary, unit);
  const colors = methodColors(methods);
  const ink = inkOf(theme);
  const ground = theme === 'light' ? '#ffffff' : '#14181d';
  const known = summary.flatMap((entry) => (entry.w1Mean === null ? [] : [entry.w1Mean]));
  const decimals = decimalsFor(
    known,
    summary.map((entry) => entry.w1Sd),
  );
  const barWidth = 0.74 / Math.max(1, methods.length);

  const data = methods.flatMap((method, m): Partial<PlotData>[] => {
    const name = plotlyText(methodLabel(method));
    const color = colors.get(method)!;
    const center = (g: number) => g + (m - (methods.length - 1) / 2) * barWidth;
    const bars = groups.flatMap(({ key }, g) => {
      const entry = summary.find((each) => each.method === method && keyOf(each) === key);
      return entry === undefined || entry.w1Mean === null
        ? []
        : [{ x: center(g), mean: entry.w1Mean, sd: entry.w1Sd }];
    });
    const dots = groups.flatMap(({ key }, g) => {
      const values = seedValues(rows, method, key, groups);
      return values.map((w1, k) => ({ x: center(g) + besideWhisker(k, values.length) * barWidth, w1 }));
    });
    return [
      {
        type: 'bar',
        name,
        legendgroup: name,
        x: bars.map((bar) => bar.x),
        y: bars.map((bar) => bar.mean),
        width: barWidth * 0.9,
        marker: { color: mix(color, ground, 0.45), line: { width: 0 } },
        error_y: {
          type: 'data',
          symmetric: true,
          array: bars.map((bar) => bar.sd ?? 0),
          visible: bars.some((bar) => bar.sd !== null),
          color: ink.text,
          thickness: 1.2,
          width: 4,
        },
        hovertext: bars.map((bar) => formatMeanSd(bar.mean, bar.sd, decimals)),
        hoverinfo: 'text',
      },
      {
        type: 'scatter',
        mode: 'markers',
        name,
        legendgroup: name,
        showlegend: false,
        x: dots.map((dot) => dot.x),
        y: dots.map((dot) => dot.w1),
        marker: { size: 6, color, line: { width: 1, color: ground } },
        hoverinfo: 'y',
      },
    ];
  });

  return {
    data,
    layout: {
      ...baseLayout(theme, 380),
      barmode: 'overlay',
      xaxis: {
        ...baseAxis(theme, 'held out'),
        tickvals: groups.map((_, g) => g),
        ticktext: groups.map((group) => plotlyText(group.label)),
        tickfont: { size: 13, color: ink.text },
        range: [-0.6, groups.length - 0.4],
        ticks: '',
      },
      yaxis: {
        ...baseAxis(theme, 'W<sub>1</sub> distance (embedding units)', true),
        rangemode: 'tozero',
      },
    },
    caption:
      'Wasserstein-1 distance between the predicted and the real cells of the held-out timepoint; lower is better. Bars: mean over seeds; whiskers: ± one standard deviation over seeds; dots: single seeds.',
  };
}

interface Group {
  key: string;
  label: string;
}

const overall = keyOf({ heldOut: null, heldOutTogether: null });

/** The held-out timepoints in their order, then their mean where there are several. */
function groupsOf(summary: WassersteinInput['summary'], unit: string | undefined): Group[] {
  const single = new Map<string, string>();
  for (const { heldOut, heldOutTogether } of summary) {
    if (heldOut === null) continue;
    single.set(keyOf({ heldOut, heldOutTogether }), heldOutLabel(heldOut, heldOutTogether, unit));
  }
  const groups = Array.from(single, ([key, label]) => ({ key, label }));
  return groups.length > 1 ? [...groups, { key: overall, label: 'mean over all' }] : groups;
}

function keyOf({
  heldOut,
  heldOutTogether,
}: {
  heldOut: string | null;
  heldOutTogether: string | null;
}): string {
  return JSON.stringify([heldOut, heldOutTogether]);
}

/** One value a seed: the fit's own W₁, or the seed's mean over all held-out timepoints where it has them all. */
function seedValues(rows: WassersteinInput['rows'], method: string, key: string, groups: Group[]): number[] {
  const own = rows.filter((row) => row.method === method);
  if (key !== overall) return own.flatMap((row) => (keyOf(row) === key && row.w1 !== null ? [row.w1] : []));
  return [...new Set(own.map((row) => row.seed))].flatMap((seed) => {
    const values = own.flatMap((row) => (row.seed === seed && row.w1 !== null ? [row.w1] : []));
    return values.length === groups.length - 1
      ? [values.reduce((sum, w1) => sum + w1, 0) / values.length]
      : [];
  });
}

/** The k-th of n places, evenly to the right of the whisker, in widths of a bar from its middle. */
function besideWhisker(k: number, n: number): number {
  return n < 2 ? 0.25 : 0.14 + (0.22 * k) / (n - 1);
}
