import { expect, test } from 'vitest';
import { preparationSchema } from '../../engine/host/protocol.ts';
import { optionField } from './option-words.ts';

const fields = (Object.keys(preparationSchema.shape) as Parameters<typeof optionField>[0][]).map(optionField);

test('every option of a preparation has a sentence and words without a flag', () => {
  for (const { label, help } of fields) {
    expect(label).not.toBe('');
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(help).not.toMatch(/--/);
  }
});

test('limits and choices are those that the schema checks', () => {
  for (const field of fields) {
    const schema = preparationSchema.shape[field.name];
    const accepts = (value: unknown) => schema.safeParse(value).success;
    if (field.min !== null) expect(accepts(field.min - 1), field.name).toBe(false);
    if (field.max !== null)
      expect([accepts(field.max), accepts(field.max + 1)], field.name).toEqual([true, false]);
    if (field.whole) expect(accepts((field.min ?? 0) + 1.5), field.name).toBe(false);
    expect(accepts(null), field.name).toBe(field.optional);
    for (const choice of field.choices) expect(accepts(choice), choice).toBe(true);
  }
});
