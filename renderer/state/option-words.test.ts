import { test } from 'vitest';
import { preparationSchema } from '../../engine/host/protocol.ts';
import { optionField } from './option-words.ts';

test('x', () => {
  for (const n of Object.keys(preparationSchema.shape)) console.log(JSON.stringify(optionField(n as never)));
});
