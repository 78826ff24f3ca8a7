import type { Figure } from '../../engine/figures/figure.ts';

/** plotly is large, and loaded when the first plot is shown. */
export const loadPlotly = async () => (await import('plotly.js-strict-dist-min')).default;

/** Pixels of a PNG for each of the figure: 480 become 1440, which is 400 dpi in a column of 90 mm. */
const SCALE = 3;
/** In a column two names of a legend stand side by side. */
const LEGEND_COLUMNS = 2;
const LEGEND_ROW = 20;

/** A figure as a file, drawn aside at the size for print, on white. */
export async function pictureOf({ data, layout, print }: Figure, format: 'png' | 'svg'): Promise<Uint8Array> {
  const plotly = await loadPlotly();
  const { width = 480, height: drawn = 320 } = print ?? {};
  const named = new Set(data.flatMap(({ name, showlegend }) => (showlegend === false ? [] : [name])));
  const height = drawn + LEGEND_ROW * Math.ceil(named.size / LEGEND_COLUMNS);
  const url = await plotly.toImage(
    {
      data: data as never,
      layout: {
        ...layout,
        width,
        height,
        autosize: false,
        paper_bgcolor: '#ffffff',
        plot_bgcolor: '#ffffff',
      },
    },
    { format, width, height, scale: format === 'png' ? SCALE : 1 },
  );
  return bytesOf(url);
}

/** The content of a data URL. */
export function bytesOf(url: string): Uint8Array {
  const [head, body] = [url.slice(0, url.indexOf(',')), url.slice(url.indexOf(',') + 1)];
  return head.endsWith('base64')
    ? Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
    : new TextEncoder().encode(decodeURIComponent(body));
}

/** Whether a figure needs WebGL, of which a page has few contexts. */
export const needsWebGl = ({ data }: Figure): boolean =>
  data.some(({ type }) => /gl$|3d$|^(surface|mesh)/.test(type ?? ''));
