// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { colourCells, withHidden } from './colouring.ts';
import { layoutSheet, type Mark } from './export-sheet.ts';
import { escapeXml, rowsInView, svgOf } from './export-svg.ts';
import {
  emptyScene,
  FADE_SHIFT,
  HOLLOW,
  MOST_FADE,
  NO_PLACE,
  type Scene,
  SELECTED,
  type View,
} from './scene.ts';

const hostile = `<script>alert(1)</script> & "quotes" 'too' ]]> \u0000\uD800 =1+1 ../../etc`;
const names = ['B', hostile, 'T'];
const coloured = colourCells(
  { kind: 'categories', codes: Int32Array.from([0, 1, 1, 2, 0, 0]), names, ordered: false },
  'light',
);
const view: View = {
  width: 300,
  height: 200,
  camera: { x: 0, y: 0, scale: 10 },
  pixelRatio: 1,
  pointSize: 5,
  step: 1,
  faint: [213, 217, 222],
  markSize: 5,
  ink: [31, 35, 40],
};
/** The last cell lies outside the view, the fifth has no place. */
const scene: Scene = {
  ...emptyScene(),
  positions: Float32Array.from([0, 0, 5, 2, -5, -2, 3, 3, Number.NaN, 0, 99, 0]),
  states: Uint8Array.from([0, 0, HOLLOW, 0, NO_PLACE, 0]),
  entries: coloured.entries,
  palette: coloured.palette,
};
const words = { theme: 'light', axes: ['UMAP 1', hostile], colouredBy: hostile, rings: 'held out' } as const;

function parse(svg: string): Document {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(parsed.querySelector('parsererror')?.textContent).toBeUndefined();
  return parsed;
}

function drawn(
  changed: Partial<Scene> = {},
  hidden = new Set<number>(),
  image: string | null = null,
): Document {
  const sheet = layoutSheet(view, coloured.legend, hidden, words);
  return parse(svgOf({ scene: { ...scene, ...changed }, view }, sheet, image));
}

const plotted = (svg: Document) => [...svg.querySelectorAll('g[clip-path] circle')];

describe('SVG', () => {
  it('draws each visible cell in view where it is on the screen, grouped by colour', () => {
    const svg = drawn();
    expect(plotted(svg).length).toBe(4);
    const first = svg.querySelector('g[clip-path] circle')!;
    expect([first.getAttribute('cx'), first.getAttribute('cy')]).toEqual(['150', '100']);
    const fills = [...svg.querySelectorAll('g[clip-path] > g')].map((g) => g.getAttribute('fill'));
    expect(new Set(fills).size).toBe(fills.length);
    expect(fills).toContain('none');
  });

  it('leaves out what is hidden, in the figure and in its legend', () => {
    const hidden = new Set([1]);
    const svg = drawn({ palette: withHidden(coloured, hidden) }, hidden);
    expect(plotted(svg).length).toBe(2);
    expect([...svg.querySelectorAll('text')].some((text) => text.textContent!.startsWith('<script>al'))).toBe(
      true,
    );
    expect(svg.documentElement.textContent).toContain('B  3');
    expect([...svg.querySelectorAll('text')].filter((text) => / {2}2$/.test(text.textContent!)).length).toBe(
      0,
    );
  });

  it('dims what is not selected', () => {
    const svg = drawn({ selecting: true, states: Uint8Array.from([SELECTED, 0, 0, 0, NO_PLACE, 0]) });
    const groups = [...svg.querySelectorAll('g[clip-path] > g')];
    expect(groups.at(-1)!.querySelectorAll('circle').length).toBe(1);
    expect(groups.length).toBe(3);
  });

  it('keeps names of a file as text', () => {
    const svg = drawn();
    expect(svg.querySelectorAll('script, foreignObject, a').length).toBe(0);
    const texts = [...svg.querySelectorAll('text')].map((text) => text.textContent!);
    expect(texts.filter((text) => text.startsWith('<script>alert(1)</script> & "quotes"')).length).toBe(3);
    expect(escapeXml('a\u0000b\uD800c😀')).toBe('a�b�c😀');
  });

  it('holds an image of the cells instead where there are too many', () => {
    const svg = drawn({}, new Set(), 'data:image/png;base64,AAAA');
    expect(plotted(svg).length).toBe(0);
    expect(svg.querySelector('image')!.getAttribute('href')).toBe('data:image/png;base64,AAAA');
    expect(svg.querySelectorAll('text').length).toBeGreaterThan(3);
  });

  it('draws lines over the cells', () => {
    const svg = drawn({
      lines: {
        positions: Float32Array.from([0, 0, 1, 1, 2, 0]),
        starts: Uint32Array.from([0]),
        entries: Uint16Array.from([0, 0, 0]),
        palette: Uint8Array.from([1, 2, 3, 128]),
      },
    });
    const line = svg.querySelector('polyline')!;
    expect(line.getAttribute('points')).toBe('150,100 160,90 170,100');
    expect([line.getAttribute('stroke'), line.getAttribute('stroke-opacity')]).toEqual(['#010203', '0.5']);
  });

  it('draws points over the cells and arrows over the lines, each with its opacity', () => {
    const line = { starts: Uint32Array.from([0]), entries: new Uint16Array(2) };
    const svg = drawn({
      points: {
        positions: Float32Array.from([1, 1, 2, 2, 0, 0, 3, 1, 99, 0]),
        mass: Float32Array.from([4, 1, 0, 1, 1]),
        entries: Uint8Array.from([1, 1, 1, 0, 1]),
        palette: Uint8Array.from([9, 9, 9, 255, 255, 0, 0, 102]),
      },
      lines: {
        ...line,
        positions: Float32Array.from([0, 0, 1, 1]),
        palette: Uint8Array.from([1, 1, 1, 255]),
      },
      arrows: {
        ...line,
        positions: Float32Array.from([2, 2, 3, 3]),
        palette: Uint8Array.from([2, 2, 2, 255]),
      },
    });
    const groups = [...svg.querySelectorAll('g.points')];
    expect(groups.map((group) => group.getAttribute('fill-opacity'))).toEqual(['0.4', '1']);
    const [large, usual] = groups[0]!.querySelectorAll('circle');
    expect([large!.getAttribute('cx'), large!.getAttribute('cy')]).toEqual(['160', '90']);
    // the rim of one pixel lies within
    expect(Number(large!.getAttribute('r')) + 0.5).toBe(2 * (Number(usual!.getAttribute('r')) + 0.5));
    expect(svg.querySelectorAll('g.points circle').length).toBe(3);
    const strokes = [...svg.querySelectorAll('polyline')].map((one) => one.getAttribute('stroke'));
    expect(strokes).toEqual(['#010101', '#020202']);
  });

  it('fades cells by steps', () => {
    const svg = drawn({ states: Uint8Array.from([0, MOST_FADE << FADE_SHIFT, 0, 0, NO_PLACE, 0]) });
    const groups = [...svg.querySelectorAll('g[clip-path] > g')];
    expect(groups[0]!.querySelectorAll('circle').length).toBe(1);
    expect(groups.length).toBe(4);
  });

  it('counts as in view what a viewer of the figure sees', () => {
    expect(rowsInView({ scene, view })).toEqual([0, 1, 2, 3]);
  });
});

const placeOf = (mark: Mark) => (mark.kind === 'line' ? mark.to : [mark.x, mark.y]);

describe('sheet', () => {
  it('keeps all its marks on the paper, also with 200 long names', () => {
    const many = Array.from({ length: 200 }, (_, k) => `a rather long name of a cell type, number ${k}`);
    const codes = Int32Array.from({ length: 400 }, (_, k) => k % 200);
    const { legend } = colourCells({ kind: 'categories', codes, names: many, ordered: false }, 'light');
    const gene = colourCells(
      { kind: 'numbers', values: Float32Array.from([0, 5, Number.NaN]) },
      'light',
    ).legend;
    for (const one of [legend, gene]) {
      const sheet = layoutSheet(view, one, new Set(), words);
      for (const mark of sheet.marks) {
        const [x, y] = placeOf(mark);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThan(sheet.width);
        if (one === legend) expect(y).toBeLessThan(sheet.height);
      }
    }
    const texts = layoutSheet(view, legend, new Set(), words).marks.flatMap((mark) =>
      mark.kind === 'text' ? [mark.text] : [],
    );
    expect(texts.at(-1)).toMatch(/^and \d+ more$/);
  });

  it('keeps the legend of what lies over the cells on the paper: below the other, or beside it', () => {
    const overlay = {
      rows: [
        { kind: 'dot', name: 'predicted cells', colour: '#111111', opacity: 0.5 },
        { kind: 'dashes', name: hostile, colour: '#222222' },
        { kind: 'arrow', name: 'velocity', colour: '#333333' },
      ] as const,
      colours: {
        title: 'day',
        legend: colourCells({ kind: 'numbers', values: Float32Array.from([0, 5]) }, 'light').legend,
      },
    };
    for (const height of [200, 700]) {
      const sheet = layoutSheet({ width: 300, height }, coloured.legend, new Set(), {
        ...words,
        overlay: { ...overlay, rows: [...overlay.rows] },
      });
      const svg = parse(svgOf({ scene, view: { ...view, height } }, sheet, null));
      for (const mark of sheet.marks) {
        const [x, y] = placeOf(mark);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThan(sheet.width);
        if (height === 700) expect(y).toBeLessThan(sheet.height);
      }
      const texts = [...svg.querySelectorAll('text')].map((text) => text.textContent!);
      expect(texts).toEqual(expect.arrayContaining(['B  3', 'predicted cells', 'velocity', 'day', '5']));
      expect(svg.querySelectorAll('line').length).toBe(1 + 3);
      const x = (name: string) => sheet.marks.find((mark) => mark.kind === 'text' && mark.text === name);
      const [cells, over] = [x('B  3'), x('predicted cells')] as { x: number; y: number }[];
      expect(over!.x > cells!.x).toBe(height === 200);
    }
  });

  it('says in the ticks where values lie beyond the ramp', () => {
    const values = Float32Array.from([0, 1, 2, 50]);
    const { legend } = colourCells({ kind: 'numbers', values }, 'light', { range: [1, 4] });
    const texts = layoutSheet(view, legend, new Set(), words).marks.flatMap((mark) =>
      mark.kind === 'text' ? [mark.text] : [],
    );
    expect(texts).toContain('≤ 1');
    expect(texts).toContain('≥ 4');
  });
});
