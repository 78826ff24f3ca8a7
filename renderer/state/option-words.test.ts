import { expect, test } from 'vitest';
import { experimentSchema, fitSettingsSchema } from '../../engine/config.ts';
import { preparationSchema } from '../../engine/host/protocol.ts';
import { fitOptionGroups, optionField, optionWords } from './option-words.ts';

type Name = keyof typeof experimentSchema.shape;
const placed = fitOptionGroups().flatMap(({ names }) => names);
const fields = [...(Object.keys(preparationSchema.shape) as Name[]), ...placed].map(optionField);

test('every setting of a fit is shown once, and has words of its own', () => {
  expect(new Set(placed).size).toBe(placed.length);
  const missing = fitSettingsSchema
    .keyof()
    .options.filter((name) => name !== 'growth' && !placed.includes(name));
  expect(missing).toEqual([]);
  expect(placed.filter((name) => optionWords(name) === null)).toEqual([]);
});

test('every option of a preparation and of a fit has a sentence and words without a flag', () => {
  for (const { label, help } of fields) {
    expect(label).not.toBe('');
    expect(help).toMatch(/^[A-Zα-ω].*\.$/);
    expect(help).not.toMatch(/--/);
  }
});

test('limits and choices are those that the schema checks', () => {
  for (const field of fields) {
    const schema = experimentSchema.shape[field.name];
    const accepts = (value: unknown) => schema.safeParse(value).success;
    if (field.min !== null) expect(accepts(field.min - 1), field.name).toBe(false);
    if (field.max !== null)
      expect([accepts(field.max), accepts(field.max + 1)], field.name).toEqual([true, false]);
    if (field.above) expect(accepts(field.min), field.name).toBe(false);
    if (field.whole) expect(accepts((field.min ?? 0) + 1.5), field.name).toBe(false);
    expect(accepts(null) || accepts(undefined), field.name).toBe(true);
    for (const choice of field.choices) expect(accepts(choice), choice).toBe(true);
  }
});
