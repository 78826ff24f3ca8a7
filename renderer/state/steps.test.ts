import { expect, test } from 'vitest';
import { NO_CHOICES, preparationKey, timepointsKey } from './choices.ts';
import { type StepFacts, stepsOf } from './steps.ts';

const PCA = { name: 'X_pca', dims: 50, problem: null, computed: false };
const UMAP = { name: 'X_umap', dims: 2, problem: null, computed: false };
const experiment = { time: 'day' };

const facts = (change: Partial<StepFacts> = {}): StepFacts => ({
  open: true,
  choices: { ...NO_CHOICES, experiment },
  embeddings: [PCA, UMAP],
  timepointLabels: ['0', '3'],
  preparedKey: null,
  placed: false,
  training: null,
  runs: 0,
  run: null,
  refused: false,
  running: new Set(),
  problems: new Set(),
  ...change,
});
const states = (change?: Partial<StepFacts>) => stepsOf(facts(change)).map(({ state }) => state);

test('nothing is done before a file is open', () => {
  expect(states({ open: false, embeddings: [], timepointLabels: null })).toEqual(Array(8).fill('to do'));
});

test('a file with components and a map needs no preparing, one without does', () => {
  expect(states()[2]).toBe('done');
  expect(states({ embeddings: [PCA] })[2]).toBe('to do');
  expect(states({ embeddings: [UMAP] })[2]).toBe('to do');
  expect(states({ choices: { ...NO_CHOICES, experiment: { minGenes: 200 } } })[2]).toBe('to do');
  expect(states({ embeddings: [{ ...PCA, problem: 'NaN' }, UMAP] })[2]).toBe('to do');
});

test('timepoints are agreed to until they change', () => {
  const agreed = timepointsKey(experiment);
  expect(states()[1]).toBe('to do');
  expect(states({ choices: { ...NO_CHOICES, experiment, agreed } })[1]).toBe('done');
  const changed = { ...experiment, where: [{ column: 'a', keep: ['b'] }] };
  expect(states({ choices: { ...NO_CHOICES, experiment: changed, agreed } })[1]).toBe('stale');
});

test('what was computed is stale as soon as an option of it changes, and only then', () => {
  const preparedKey = preparationKey({ variableGenes: 3000 });
  const after = (change: object) =>
    stepsOf(facts({ preparedKey, choices: { ...NO_CHOICES, experiment: change } }))[2]!;
  expect(after({ variableGenes: 3000, time: 'other' })).toMatchObject({ state: 'done', action: null });
  expect(after({ variableGenes: 3001 })).toMatchObject({ state: 'stale', action: 'Run again' });
});

test('a task at work and a problem are said first', () => {
  expect(states({ running: new Set(['prepare']), problems: new Set(['timepoints']) }).slice(0, 4)).toEqual([
    'done',
    'problem',
    'running',
    'to do',
  ]);
});

const step = (id: string, change: Partial<StepFacts> = {}) =>
  stepsOf(facts(change)).find((one) => one.id === id)!;
const trained = (stale: boolean) => ({ runs: 2, run: { name: 'Run 2', stale } });

test('a training says how far it is and how long it takes, or that it is paused', () => {
  const at = { share: 0.724, secondsLeft: 13.2, held: false };
  expect(step('train', { training: at })).toMatchObject({ state: 'running', note: '72 % · 14 s' });
  expect(step('train', { training: { ...at, held: true } }).note).toBe('72 % · paused');
});

test('a run is stale as soon as the choices are others; what looks at it says that it is of the last run', () => {
  expect(step('train')).toMatchObject({ state: 'to do', action: 'Run' });
  expect(step('train', trained(false))).toMatchObject({ state: 'done', action: null });
  expect(step('train', trained(true))).toMatchObject({
    state: 'stale',
    note: 'changed since the last run',
    action: 'Run again',
  });
  expect(step('train', { ...trained(true), refused: true }).action).toBeNull();
  for (const id of ['explore', 'evaluate', 'export']) {
    expect(step(id).state).toBe('to do');
    expect(step(id, trained(true))).toMatchObject({ state: 'done', note: 'of the last run' });
  }
});
