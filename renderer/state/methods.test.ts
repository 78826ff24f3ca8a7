import { expect, test } from 'vitest';
import { methodLabel } from '../../engine/figures/words.ts';
import { METHOD_CARDS } from './methods.ts';

test('a method has one name, where it is chosen and where it is told of', () => {
  for (const { value, title } of METHOD_CARDS)
    expect(title[0]!.toLowerCase() + title.slice(1)).toBe(methodLabel(value));
});
