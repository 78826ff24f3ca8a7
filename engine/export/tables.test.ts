import { describe, expect, it } from 'vitest';
import { randomStream } from '../random.ts';
import { csvText, float32Text, tableCsv, trajectoriesCsv, trajectoryTable } from './tables.ts';

describe('float32Text', () => {
  it('gives every float32 back', () => {
    const random = randomStream(5, 'float32');
    const bits = new Uint32Array(1);
    const value = new Float32Array(bits.buffer);
    for (let k = 0; k < 20_000; k++) {
      bits[0] = random.integer(2 ** 32);
      if (Number.isNaN(value[0])) continue;
      if (Number.isFinite(value[0])) expect(Math.fround(Number(float32Text(value[0])))).toBe(value[0]);
    }
  });

  it('uses no digit too many', () => {
    for (const text of ['0', '1', '0.1', '-2.5', '123456', '0.3333', '1e-20', '16777216']) {
      expect(float32Text(Math.fround(Number(text)))).toBe(text);
    }
    expect(float32Text(Math.fround(1 / 3))).toBe('0.33333334');
    expect([Number.NaN, Infinity, -Infinity].map(float32Text)).toEqual(['NaN', 'inf', '-inf']);
  });
});

describe('csvText', () => {
  it('quotes by RFC 4180', () => {
    expect(csvText('plain cell')).toBe('plain cell');
    expect(csvText('a,b')).toBe('"a,b"');
    expect(csvText('say "hi"')).toBe('"say ""hi"""');
    expect(csvText('two\nlines')).toBe('"two\nlines"');
  });

  it('takes the power from what a spreadsheet would run', () => {
    expect(csvText('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"');
    for (const start of ['=', '+', '-', '@', '\t']) expect(csvText(`${start}1`)).toBe(`'${start}1`);
    expect(csvText('\r1')).toBe('"\'\r1"');
  });
});

describe('trajectoriesCsv', () => {
  const chunks = [
    ...trajectoriesCsv({
      cellNames: ['AAAC-1', '=cmd'],
      times: [0, 0.1 + 0.2, 2],
      // [times, trajectories, dims]: 100 · time + 10 · trajectory + component
      points: Float32Array.of(0, 1, 10, 11, 100, 101, 110, 111, 200, 201, 210, -211.5),
      dims: 2,
      coordinateName: 'X_pca',
      map: null,
    }),
  ];

  it('has the places on the map beside, where there is one', () => {
    const [header, first] = trajectoriesCsv({
      cellNames: ['a', 'b'],
      times: [0, 1],
      points: Float32Array.of(0, 1, 2, 3),
      dims: 1,
      coordinateName: 'X_pca',
      map: { name: 'X_umap', points: Float32Array.of(10, 11, 20, 21, 30, 31, 40, 41) },
    });
    expect(header).toBe('trajectory,cell,time,X_pca_1,X_umap_1,X_umap_2\r\n');
    expect(first).toBe('0,a,0,0,10,11\r\n0,a,1,2,30,31\r\n');
  });

  it('has the mass of each point last, where growth is on', () => {
    const [header, first, second] = trajectoriesCsv({
      cellNames: ['a', 'b'],
      times: [0, 1],
      points: Float32Array.of(0, 1, 2, 3),
      dims: 1,
      coordinateName: 'X_pca',
      map: null,
      mass: Float32Array.of(1, 1, 2.5, 0.25),
    });
    expect(header).toBe('trajectory,cell,time,X_pca_1,mass\r\n');
    expect(first).toBe('0,a,0,0,1\r\n0,a,1,2,2.5\r\n');
    expect(second).toBe('1,b,0,1,1\r\n1,b,1,3,0.25\r\n');
  });

  it('has what is known of each point after its place, in one order', () => {
    const table = {
      cellNames: ['a', 'b'],
      times: [0, 1],
      points: Float32Array.of(0, 1, 2, 3),
      dims: 1,
      coordinateName: 'X_pca',
      map: null,
      spread: Float32Array.of(0, 0, 0.5, 0.25),
      cellDistance: Float32Array.of(0.5, 1, 1.5, 2),
      mass: Float32Array.of(1, 1, 3, 4),
    };
    const [header, ...lines] = trajectoriesCsv(table);
    expect(header).toBe('trajectory,cell,time,X_pca_1,mass,cellDistance,spread\r\n');
    expect(lines[1]).toBe('1,b,0,1,1,1,0\r\n1,b,1,3,4,2,0.25\r\n');
    expect([...tableCsv(trajectoryTable(table))].join('')).toBe([header, ...lines].join(''));
  });

  it('writes a header and a chunk for each trajectory', () => {
    expect(chunks).toEqual([
      'trajectory,cell,time,X_pca_1,X_pca_2\r\n',
      '0,AAAC-1,0,0,1\r\n0,AAAC-1,0.3,100,101\r\n0,AAAC-1,2,200,201\r\n',
      "1,'=cmd,0,10,11\r\n1,'=cmd,0.3,110,111\r\n1,'=cmd,2,210,-211.5\r\n",
    ]);
  });
});
