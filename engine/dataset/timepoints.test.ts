import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { randomStream, shuffle } from '../random.ts';
import { countUnique, type ObsColumn, type ObsSource } from './anndata.ts';
import { parseTimepointEdits } from './edit-flags.ts';
import { assessTimeColumns } from './time-columns.ts';
import { parseTime } from './time-label.ts';
import { matchLabel, timepointsFromColumn } from './timepoints.ts';

const numbers = (...values: number[]): ObsColumn => ({ kind: 'number', values: Float64Array.from(values) });
const strings = (...values: (string | null)[]): ObsColumn => ({ kind: 'string', values });
const twice = (...labels: string[]) => strings(...labels, ...labels);

function refusal(column: ObsColumn): InputError {
  try {
    timepointsFromColumn(column, 'day', { file: 'cells.h5ad' });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const input = error as InputError;
    expect(input.detail).toMatchObject({ file: 'cells.h5ad', key: 'obs/day', option: '--time' });
    expect(input.detail.action).toBeTruthy();
    return input;
  }
  throw new Error('nothing was thrown');
}

describe('timepointsFromColumn', () => {
  it('orders by time, whatever the order of cells and categories', () => {
    const timepoints = timepointsFromColumn(
      {
        kind: 'categorical',
        codes: Int32Array.of(0, 1, 2, -1, 0, 1, 2, 2),
        // text order is not time order, and one category has no cells
        categories: ['D10', 'D2', 'D2.5', 'D99'],
        ordered: false,
      },
      'day',
    );
    expect(timepoints).toEqual({
      labels: ['D2', 'D2.5', 'D10'],
      times: [2, 2.5, 10],
      cellTimepoint: Int32Array.of(2, 0, 1, -1, 2, 0, 1, 1),
      counts: [2, 3, 2],
      withoutTimepoint: 1,
      unit: 'day',
      leftOut: { subset: 0, dropped: 0 },
      notes: [],
    });
  });

  it('reports cells without a time and gives them no timepoint', () => {
    const timepoints = timepointsFromColumn(numbers(7, 2, Number.NaN, 2, 7, Number.NaN), 'day');
    expect(timepoints.withoutTimepoint).toBe(2);
    expect(Array.from(timepoints.cellTimepoint)).toEqual([1, 0, -1, 0, 1, -1]);
    expect(timepointsFromColumn(strings('2', null, '3', '2', '3'), 'day').withoutTimepoint).toBe(1);
  });

  it('counts every cell once', () => {
    const { counts, cellTimepoint, withoutTimepoint } = timepointsFromColumn(
      numbers(3, 1, 1, 2, 3, 2, 2, Number.NaN),
      'day',
    );
    expect(counts.reduce((a, b) => a + b) + withoutTimepoint).toBe(cellTimepoint.length);
    counts.forEach((count, k) => {
      expect(cellTimepoint.filter((c) => c === k).length).toBe(count);
    });
  });

  it('prints numbers in their shortest form, also 32-bit ones', () => {
    expect(timepointsFromColumn(numbers(2, 10.5, 2, 10.5), 'day').labels).toEqual(['2', '10.5']);
    expect(timepointsFromColumn(twice('2.0', '10.50', '-1'), 'day').labels).toEqual(['-1', '2', '10.5']);
    const single: ObsColumn = { kind: 'number', values: Float32Array.of(0.1, 8.7, 0.1, 8.7) };
    expect(timepointsFromColumn(single, 'day')).toMatchObject({ labels: ['0.1', '8.7'], times: [0.1, 8.7] });
  });

  it.each([
    ['no number', twice('2', 'late'), /"late" cannot be read/, /"late"/],
    ['two numbers', twice('Day 00', 'Day 3-00'), /"Day 3-00" cannot be read/, /3-00/],
    ['labels of which some have an order', twice('early', 'late'), /"early" cannot be read/, /early/],
    ['infinity', numbers(1, 1, Infinity, Infinity), /"Infinity" cannot be read/, /Infinity/],
    ['different units', twice('E8.5', 'P0'), /not of one kind/, /"E8.5" and "P0"/],
    ['a number without the unit of others', twice('2', '24h'), /not of one kind/, /"24h" and "2"/],
    [
      'two labels of one time',
      twice('day 1', 'day 01', 'day 2'),
      /same time/,
      /"day 1" and "day 01" both mean 1/,
    ],
    ['one timepoint', numbers(2, 2, 2), /fewer than two/, /^one value: 2$/],
    ['no values', strings(null, null), /fewer than two/, /^no values, and 2 cells without/],
    ['a timepoint with one cell', numbers(1, 1, 2, 3, 3), /only one cell/, /one cell at: 2$/],
    [
      'too many values',
      numbers(...Array.from({ length: 202 }, (_, i) => i >> 1)),
      /too many/,
      /^101 different/,
    ],
    ['booleans', { kind: 'boolean', values: Int8Array.of(0, 1, 0, 1) } as ObsColumn, /cannot serve/, /true/],
  ])('refuses %s', (_, column, message, found) => {
    const error = refusal(column);
    expect(error.message).toMatch(message);
    expect(error.detail.found).toMatch(found);
  });

  it('takes a bare zero with any unit, and plurals', () => {
    expect(timepointsFromColumn(twice('0', '24h', '6 h'), 'day').labels).toEqual(['0', '6 h', '24h']);
    expect(timepointsFromColumn(twice('1 day', '2 days'), 'day').times).toEqual([1, 2]);
  });
});

describe('parseTime', () => {
  it.each([
    ['day 7', 7],
    ['D2', 2],
    ['E8.5', 8.5],
    ['24h', 24],
    ['Day 00', 0],
    ['t_1.5', 1.5],
    ['day-7', 7],
    ['day -7', -7],
    ['-1', -1],
    ['1e2', 100],
    [' 3 ', 3],
    ['Day 00-03', 1.5],
    ['1-2', 1.5],
    ['E8.5-E9.5', 9],
    ['0 to 6 h', 3],
    ['.5 h', 0.5],
  ])('reads %s', (text, time) => {
    expect(parseTime(text)?.time).toBe(time);
  });

  it.each(['', 'late', '2-1', '2024-01-05', '2 of 3', 'NaN', 'Infinity', '1e999'])(
    'does not read "%s"',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});

describe('matchLabel', () => {
  it('matches as text, or as numbers when both are', () => {
    const plain = { labels: ['2', '10.5'] };
    expect(['2', '2.0', ' 02', '10.50', '3', 'D2'].map((text) => matchLabel(text, plain))).toEqual([
      0, 0, 0, 1, -1, -1,
    ]);
    const worded = { labels: ['day 2', 'day 7'] };
    expect(['day 7', '7', 'Day 7'].map((text) => matchLabel(text, worded))).toEqual([1, -1, -1]);
  });
});

describe('what labels mean', () => {
  it('takes the middle of a range, and says so', () => {
    const { times, labels, notes } = timepointsFromColumn(twice('Day 00', 'Day 00-03', 'Day 06-09'), 'stage');
    expect([times, labels]).toEqual([
      [0, 1.5, 7.5],
      ['Day 00', 'Day 00-03', 'Day 06-09'],
    ]);
    expect(notes.join()).toMatch(/middle of a range.*Day 00-03 = 1.5/);
  });

  it('converts units that are known, to the largest, and says so', () => {
    const { times, labels, unit, notes } = timepointsFromColumn(twice('2d', '12h', '0', '30 min'), 'time');
    expect(labels).toEqual(['0', '30 min', '12h', '2d']);
    expect(times).toEqual([0, 30 / 1440, 0.5, 2]);
    expect(unit).toBe('day');
    expect(notes.join()).toMatch(/converted to days/);
  });

  it('converts units that count from one event, and never from two', () => {
    expect(timepointsFromColumn(twice('36hpf', '2dpf'), 'stage').times).toEqual([1.5, 2]);
    for (const [a, b] of [
      ['36hpf', '2dpi'],
      ['36h', '2dpf'],
      ['E9', 'P0'],
    ] as const)
      expect(() => timepointsFromColumn(twice(a, b), 'stage')).toThrow(/not of one kind/);
  });

  it.each([
    ['day', numbers(1, 2, 1, 2), 'day'],
    ['age(days)', numbers(1, 2, 1, 2), 'day'],
    ['collectionDay', numbers(1, 2, 1, 2), 'day'],
    ['time', twice('6h', '12h'), 'hour'],
    ['stage', twice('E8.5', 'E9.5'), 'day'],
    ['hpf', numbers(1, 2, 1, 2), 'hour'],
    ['stage', twice('24hpf', '2dpf'), 'day'],
    ['time', numbers(1, 2, 1, 2), ''],
  ])('shows %s in its unit', (name, column, unit) => {
    expect(timepointsFromColumn(column, name).unit).toBe(unit);
  });

  it('takes the order of an ordered categorical, or of a list in the file, where labels carry no times', () => {
    const column: ObsColumn = {
      kind: 'categorical',
      codes: Int32Array.of(0, 1, 2, 0, 1, 2),
      categories: ['late', 'early', 'mid'],
      ordered: false,
    };
    const ordering = () => ['early', 'mid', 'late', 'never'];
    const byList = timepointsFromColumn(column, 'phase', { ordering });
    expect([byList.labels, byList.times]).toEqual([
      ['early', 'mid', 'late'],
      [0, 1, 2],
    ]);
    expect(byList.notes.join()).toMatch(/order in the file.*early, mid, late/);
    const own = timepointsFromColumn({ ...column, ordered: true }, 'phase');
    expect(own.labels).toEqual(['late', 'early', 'mid']);
    // steps are no days, whatever the column is called
    expect(timepointsFromColumn({ ...column, ordered: true }, 'day').unit).toBe('');
    // and do not stand beside real times, where they would change the order
    const edits = parseTimepointEdits('late=5,early,mid');
    expect(() => timepointsFromColumn({ ...column, ordered: true }, 'phase', { edits })).toThrow(
      /cannot be read/,
    );
    expect(() => timepointsFromColumn(column, 'phase')).toThrow(/cannot be read/);
  });
});

describe('edits', () => {
  const column = twice('day 0', 'day 3', 'day 4', 'day 7', 'day 9');
  const edited = (text: string) => timepointsFromColumn(column, 'day', { edits: parseTimepointEdits(text) });

  it('merge, rename, drop, and set the real time', () => {
    const result = edited('day 7, day 3 + day 4=3.6 as middle, "day 0"=-1');
    expect(result).toMatchObject({
      labels: ['day 0', 'middle', 'day 7'],
      times: [-1, 3.6, 7],
      counts: [2, 4, 2],
      leftOut: { subset: 0, dropped: 2 },
    });
    expect(result.notes.join()).toMatch(/take no part, with their cells: day 9 \(2\)/);
    expect(Array.from(result.cellTimepoint)).toEqual([0, 1, 1, 2, -1, 0, 1, 1, 2, -1]);
  });

  it('a merge without a time has the mean of its labels', () => {
    expect(edited('day 0,day 3+day 4')).toMatchObject({ labels: ['day 0', 'day 3/day 4'], times: [0, 3.5] });
  });

  it('give times to labels that carry none', () => {
    const named = twice('control', 'treated');
    const edits = parseTimepointEdits('treated=24,control=0');
    expect(timepointsFromColumn(named, 'arm', { edits })).toMatchObject({
      labels: ['control', 'treated'],
      times: [0, 24],
    });
  });

  it('as they are typed are the same as those of a configuration', () => {
    expect(parseTimepointEdits('a=0,"b,c"+d=1.5 as "x as y"')).toEqual([
      { labels: ['a'], time: 0, name: null },
      { labels: ['b,c', 'd'], time: 1.5, name: 'x as y' },
    ]);
  });

  it.each([
    ['day 0,day 99', /no timepoint "day 99"/],
    ['day 0,day 3,day 0+day 4', /named twice/],
    ['day 0', /fewer than two/],
    ['day 0=1,day 3=1', /mean the same time/],
    ['day 0 as a,day 3 as a', /same name/],
    ['day 0 as day 3,day 3', /same name/],
    ['day 0 as a=1,day 3', /cannot be read/],
    ['day 0=x,day 3', /cannot be read/],
    ['day 0,,day 3', /cannot be read/],
    ['"day 0,day 3', /cannot be read/],
  ])('refuse %s', (text, message) => {
    expect(() => edited(text)).toThrow(message);
  });
});

it('whatever the edits and the subset, each cell is at one timepoint or counted as left out', () => {
  const random = randomStream(3, 'edits');
  for (let round = 0; round < 200; round++) {
    const labels = Array.from({ length: 3 + random.integer(6) }, (_, i) => `day ${i}`);
    const values = Array.from({ length: 300 }, () =>
      random.uniform() < 0.1 ? null : labels[random.integer(labels.length)]!,
    );
    const keep = round % 2 === 0 ? null : Uint8Array.from(values, () => Number(random.uniform() < 0.8));
    // a random partition of some of the labels, in random order
    const chosen = shuffle(
      labels.map((_, i) => i),
      random,
    ).slice(0, 2 + random.integer(labels.length - 1));
    const groups: number[][] = [];
    chosen.forEach((k, i) => {
      if (i < 2 || random.uniform() < 0.5) groups.push([k]);
      else groups[random.integer(groups.length)]!.push(k);
    });
    const edits = groups.map((group, i) => ({
      labels: group.map((k) => labels[k]!),
      time: 100 - i,
      name: `t${i}`,
    }));
    const result = timepointsFromColumn(strings(...values), 'day', { edits, keep });
    // later groups were given earlier times
    expect(result.labels).toEqual(edits.map(({ name }) => name).reverse());
    const expected = values.map((value, i) => {
      if (keep?.[i] === 0 || value === null) return -1;
      const group = groups.findIndex((g) => g.includes(labels.indexOf(value)));
      return group < 0 ? -1 : groups.length - 1 - group;
    });
    expect(Array.from(result.cellTimepoint)).toEqual(expected);
    const timed = result.counts.reduce((a, b) => a + b);
    expect(timed + result.withoutTimepoint + result.leftOut.subset + result.leftOut.dropped).toBe(300);
  }
});

it('cells outside of a subset have no timepoint, and a timepoint that has none of them is gone', () => {
  const column = numbers(0, 0, 1, 1, 2, 2, 2, Number.NaN);
  const keep = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0);
  expect(timepointsFromColumn(column, 'day', { keep })).toMatchObject({
    labels: ['0', '2'],
    counts: [2, 2],
    cellTimepoint: Int32Array.of(0, 0, -1, -1, 1, 1, -1, -1),
    withoutTimepoint: 0,
    leftOut: { subset: 4, dropped: 0 },
    notes: ['No cell of the subset is of: 1.'],
  });
});

describe('assessTimeColumns', () => {
  function source(columns: Record<string, ObsColumn | Error>): ObsSource {
    return {
      obsColumns: () =>
        Object.entries(columns).map(([name, column]) =>
          column instanceof Error
            ? { name, kind: 'string', nUnique: 3 }
            : { name, kind: column.kind, nUnique: countUnique(column) },
        ),
      readObs(name) {
        const column = columns[name]!;
        if (column instanceof Error) throw column;
        return column;
      },
    };
  }

  it('puts the column of collection first and says why others cannot serve', () => {
    const { candidates: ranked, others } = assessTimeColumns(
      source({
        n_genes: numbers(100, 200, 100, 200),
        batch: numbers(0, 1, 0, 1),
        leiden: twice('0', '1'),
        cell_type: twice('T1 cell', 'T2 cell'),
        pseudotime: numbers(0, 1, 0, 1),
        sex: twice('f', 'm'),
        damaged: new InputError('A part of the file cannot be read.'),
        replicate: twice('rep1', 'rep2'),
        value: numbers(5, 6, 5, 6),
        stage: twice('E8.5', 'E9.5'),
        passed: { kind: 'boolean', values: Int8Array.of(0, 1, 0, 1) },
        'age(days)': numbers(1, 2, 3, 1, 2, 3),
      }),
    );
    expect(ranked.map(({ name }) => name)).toEqual(['stage', 'age(days)', 'value']);
    expect(ranked[0]).toEqual({
      name: 'stage',
      labels: ['E8.5', 'E9.5'],
      times: [8.5, 9.5],
      reason: 'the name says time; 2 values, labels with a unit of time',
    });
    expect(ranked.length + others.length).toBe(12);
    const why = new Map(others.map(({ name, reason }) => [name, reason]));
    expect(why.get('passed')).toBe('true or false');
    expect(why.get('sex')).toMatch(/"f" cannot be read/);
    expect(why.get('batch')).toMatch(/says something else/);
  });

  it.each([
    'day',
    'Day',
    'time_point',
    'timepoint',
    'hours',
    'collectionDay',
    'day.numerical',
    'age',
    'stage',
    'hpf',
  ])('knows %s as a name of time', (name) => {
    const columns = { other: numbers(1, 2, 1, 2), [name]: numbers(1, 2, 3, 1, 2, 3) };
    expect(assessTimeColumns(source(columns)).candidates[0]!.name).toBe(name);
  });

  it('lets errors that are no fault of the input through', () => {
    expect(() => assessTimeColumns(source({ day: new TypeError('bug') }))).toThrow('bug');
  });
});
