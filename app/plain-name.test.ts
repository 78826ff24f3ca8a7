import { expect, test } from 'vitest';
import { plainName } from './plain-name.ts';

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\x\\run.csv', 'run.csv'],
  ['a<b>:"c|d?*.png', 'a_b___c_d__.png'],
  ['zwei\r\nZeilen.csv', 'zwei__Zeilen.csv'],
  ['\u202Egnp.exe', '_gnp.exe'],
  ['..', 'meander'],
  [' ', 'meander'],
  ['con.csv', '_con.csv'],
  ['日本 – day 3.meander.h5ad', '日本 – day 3.meander.h5ad'],
])('%j becomes %j', (suggested, name) => expect(plainName(suggested)).toBe(name));

test('a long name keeps its ending, and no letter is cut in two', () => {
  const name = plainName(`${'🧬'.repeat(300)}.meander.h5ad`);
  expect(name).toMatch(/^(🧬)+\.meander\.h5ad$/u);
  expect([...name].length).toBe(200);
});
