import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { html, jsonForScript, scriptForElement } from './html.ts';
import { renderReport } from './report.ts';
import type { ReportInput } from './report-input.ts';

const noBand = { w1AtEqualSize: null, w1Low: null, w1High: null, equalSize: null };
const hostile = '</script><img src=x onerror=alert(1)>';

/** Six cells of three timepoints; every text that can come from a file is `text`. */
function input(text: string): ReportInput {
  const held = `held ${text}`;
  return {
    title: `title ${text}`,
    command: 'evaluate',
    manifest: {
      config: { time: text, nested: { [text]: [text, 2] } },
      versions: { meander: text },
      input: { name: text, dataSha256: 'ab'.repeat(32) },
      fits: [
        { method: text, settings: { hidden: 64, bandwidth: 0.1 } },
        { method: text, settings: { hidden: 64, bandwidth: 0.2 } },
      ],
    },
    choices: [],
    nObs: 6,
    map: {
      name: `X_${text}`,
      points: Float32Array.from({ length: 12 }, (_, k) => (k < 2 ? Number.NaN : k)),
      trajectories: Float32Array.of(0, 0, 1, 1, 2, 2),
    },
    timepoints: { labels: ['a', held, 'c'], times: [0, 1, 2], counts: [2, 2, 2] },
    embedding: {
      name: `X_${text}`,
      dims: 2,
      points: Float32Array.from({ length: 12 }, (_, k) => k / 3),
      cellTimepoint: Int32Array.of(0, 0, 1, 1, 2, 2),
    },
    rows: [
      {
        method: text,
        heldOut: held,
        heldOutTogether: null,
        seed: 1,
        cellType: null,
        w2: null,
        mmd: null,
        energy: null,
        w1AtFloorSize: null,
        ...noBand,
        w1: 1.25,
        seconds: 1,
        steps: 1234,
      },
      {
        method: 'ot-cfm',
        heldOut: held,
        heldOutTogether: text,
        seed: 1,
        cellType: null,
        w2: null,
        mmd: null,
        energy: null,
        w1AtFloorSize: null,
        ...noBand,
        w1: null,
        seconds: 1,
        steps: 10,
      },
    ],
    summary: [
      {
        method: text,
        heldOut: held,
        heldOutTogether: null,
        w1Mean: 1.25,
        w1Sd: 0.125,
        n: 2,
        w1AtEqualSize: 1.5,
        w1Low: 1.375,
        w1High: 1.75,
        equalSize: 1000,
      },
      { method: text, heldOut: null, heldOutTogether: null, w1Mean: 1.25, w1Sd: 0.125, n: 2, ...noBand },
      { method: 'ot-cfm', heldOut: held, heldOutTogether: text, w1Mean: null, w1Sd: null, n: 0, ...noBand },
    ],
    predictions: [
      {
        method: text,
        heldOut: held,
        heldOutTogether: null,
        seed: 1,
        points: Float32Array.of(1, 2),
        cells: Float32Array.of(0, 0, 1, 1, 2, 2),
      },
    ],
    trajectories: {
      method: text,
      heldOut: [held],
      cells: Int32Array.of(0),
      space: Float32Array.from({ length: 12 }, (_, k) => 100 + k),
      times: [0, 1, 2],
      points: Float32Array.of(0, 0, 1, 1, 2, 2),
      cellDistance: Float32Array.of(0, 0.5, 3),
      mass: Float32Array.of(1, 0.6, 0.4),
      spreadAt: Float32Array.of(0, 0.1, 0.2),
      shareFar: 1 / 3,
      seeds: 3,
      spread: 0.13,
    },
    floors: [{ heldOut: held, cells: 1, repeats: 5, w1Mean: 0.5, w1Sd: 0.1, w1BetweenReplicates: null }],
    cellTypeRows: [
      {
        method: text,
        heldOut: held,
        heldOutTogether: null,
        seed: 1,
        cellType: text,
        w1: 2,
        w2: null,
        mmd: null,
        energy: null,
        w1AtFloorSize: null,
        ...noBand,
        seconds: 1,
        steps: 1,
      },
    ],
    pathDistances: [],
    losses: [
      {
        method: text,
        heldOut: text,
        seed: 1,
        stage: 'vectorField',
        step: [1],
        training: [1],
        validation: [1],
      },
    ],
    notes: [`note ${text}`],
  };
}

/** Page without the content of its scripts and style, and the scripts. */
function parts(page: string) {
  const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)].map(
    ([, attributes, source]) => ({
      attributes,
      source,
    }),
  );
  return { scripts, markup: page.replaceAll(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '') };
}

describe('renderReport', () => {
  const page = renderReport(input('plain'));
  const attacked = renderReport(input(hostile));

  it('shows every text from the file as text, wherever it stands', () => {
    const { scripts, markup } = parts(attacked);
    expect(scripts.length).toBe(3);
    expect(markup).not.toContain('<img');
    expect(markup.split('&lt;img').length - 1).toBeGreaterThan(15);
    // the same elements as without the attack: no text became one
    const tags = (text: string) => [...text.matchAll(/<\/?[a-z][a-z0-9]*/g)].map(([tag]) => tag);
    expect(tags(markup)).toEqual(tags(parts(page).markup));
  });

  it('carries its figures as data that cannot end their script', () => {
    const [data] = parts(attacked).scripts;
    expect(data.attributes).toContain('application/json');
    expect(data.source).not.toContain('<');
    const figures = JSON.parse(data.source) as Record<string, { data: { name?: string }[] }>;
    expect(Object.keys(figures)).toEqual([
      'components',
      'map',
      'path-spread',
      'prediction',
      'wasserstein',
      'loss',
    ]);
    for (const id of Object.keys(figures)) expect(attacked).toContain(`id="${id}"`);
    expect(figures.components.data[1].name).toBe(
      'held &lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; (held out)',
    );
  });

  it('draws cells and trajectories in one space, that of the fit they are of', () => {
    const xOfCells = (page: string) =>
      (
        JSON.parse(parts(page).scripts[0].source) as {
          components: { data: { x: number[]; mode: string }[] };
        }
      ).components.data
        .slice(0, 3)
        .flatMap(({ x }) => x);
    expect(xOfCells(page)).toEqual([100, 102, 104, 106, 108, 110]);
    expect(xOfCells(renderReport({ ...input('plain'), trajectories: null }))[5]).toBeCloseTo(10 / 3, 3);
  });

  it('needs nothing from anywhere, and lets no other script run', () => {
    const { scripts, markup } = parts(page);
    expect(markup).not.toMatch(/<(link|iframe|object|embed|base|form)\b/);
    expect(markup).not.toMatch(/\bsrc=/);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)![1]
      .replaceAll('&#39;', "'");
    expect(policy).toContain("default-src 'none'");
    for (const { source } of scripts.slice(1)) {
      expect(policy).toContain(`'sha256-${createHash('sha256').update(source).digest('base64')}'`);
    }
    expect(/script-src [^;]*/.exec(policy)![0]).not.toContain('unsafe');
  });

  it('gives the same bytes for the same input', () => {
    expect(renderReport(input('plain'))).toBe(page);
  });

  it('has the numbers in its tables, right-aligned, with their uncertainty', () => {
    const { markup } = parts(page);
    expect(markup).toContain('<td class="number"><strong>1.25\u00a0±\u00a00.13</strong></td>');
    expect(markup).toContain('<td class="number">1,234</td>');
    expect(markup).toContain('<td class="number">diverged</td>');
    expect(markup).toContain('ab'.repeat(32));
    expect(markup).toContain('note plain');
  });

  it('has W1 at equal numbers of cells with its interval', () => {
    const { markup } = parts(page);
    expect(markup).toContain('<td class="number">1,000</td>');
    expect(markup).toContain('<td class="number">1.50\u00a0(1.38\u00a0to\u00a01.75)</td>');
    const none = input('plain').summary.map((entry) => ({ ...entry, ...noBand }));
    expect(renderReport({ ...input('plain'), summary: none })).not.toContain('equal numbers of cells</h3>');
  });

  it('says where trajectories are far from cells and what the seed makes of them', () => {
    const { markup } = parts(page);
    expect(markup).toContain('33 % of the points of the trajectories lie far from any cell');
    // from (0, 0) to (2, 2)
    expect(markup).toContain('lie 0.13 apart');
    expect(markup).toContain('5 % of the way');
    const trajectories = { ...input('plain').trajectories!, spreadAt: null, seeds: 1, spread: null };
    const single = renderReport({ ...input('plain'), trajectories: { ...trajectories, shareFar: 0 } });
    expect(single).toContain('No point of the trajectories lies far');
    expect(single).toContain('They come from one seed, so they have no band');
    const old = renderReport({
      ...input('plain'),
      trajectories: { ...trajectories, shareFar: null, cellDistance: null },
    });
    expect(parts(old).markup).not.toContain('far from');
  });

  it('parts the settings that all fits share from those that differ', () => {
    const { markup } = parts(page);
    expect(markup).toMatch(/<th scope="row">settings\.hidden<\/th><td class="number">64</);
    expect(markup).toMatch(/<th>settings\.bandwidth<\/th>/);
  });

  it('reports a run without held-out timepoints', () => {
    const bare = { ...input('plain'), rows: [], summary: [], predictions: [], losses: [], notes: [] };
    const { markup, scripts } = parts(renderReport({ ...bare, trajectories: null }));
    expect(markup).toContain('nothing can be said of how good');
    expect(Object.keys(JSON.parse(scripts[0].source))).toEqual(['components', 'map']);
    expect(markup).not.toContain('id="wasserstein"');
  });
});

describe('html', () => {
  it('escapes all but markup, in content and attributes', () => {
    expect(
      html`<b title="${'"<'}">${"&'"}${html`<i>${1}</i>`}${[html`<u></u>`]}${null}${false}</b>`.markup,
    ).toBe('<b title="&quot;&lt;">&amp;&#39;<i>1</i><u></u></b>');
  });

  it('keeps scripts whole', () => {
    const source = `const a = '</script><!-- </SCRIPT>';`;
    const embedded = scriptForElement(source);
    expect(embedded).not.toMatch(/<\/script|<!--/i);
    expect(new Function(`${embedded} return a;`)()).toBe('</script><!-- </SCRIPT>');
    expect(JSON.parse(jsonForScript({ a: '<!--', b: Float32Array.of(1 / 3) }))).toEqual({
      a: '<!--',
      b: [0.333333],
    });
  });
});
