import { expect, it, vi } from 'vitest';
import { parseExperiment } from '../config.ts';
import type { FitJob } from '../evaluate/held-out.ts';
import { resolveFitSettings } from '../presets.ts';
import type { Progress } from './protocol.ts';
import { watchTraining } from './training-progress.ts';

const config = parseExperiment({ time: 'day', methods: ['ot-cfm'], seeds: 1 });
const dims = 2;
const jobOf = (heldOut: number[]): FitJob => ({
  method: 'ot-cfm',
  heldOut,
  seed: 1,
  settings: resolveFitSettings(config, { method: 'ot-cfm', dims, heldOut: [] }),
  given: [],
  wideBackend: 'simd',
  trajectories: heldOut.length === 0 ? { cells: Int32Array.of(0), points: 2 } : null,
});

it('tells the trajectories of one fit after the other, and of the one that is shown as soon as there are some', () => {
  const jobs = [jobOf([]), jobOf([1]), jobOf([2])];
  const told: Progress[] = [];
  const facts = { labels: ['0', '1', '2', '3'], counts: [9, 9, 9, 9], dims, view: 'X_umap' };
  const { onEvent } = watchTraining(jobs, facts, (progress) => told.push(progress));
  const look = (fit: number) => {
    const positions = Float32Array.of(fit, fit);
    const live = { step: 1, steps: 10, times: [0], positions };
    onEvent({
      kind: 'progress',
      job: jobs[fit]!,
      progress: { stage: 'vector field', step: 1, steps: 10, live },
    });
  };
  const done = (fit: number) =>
    onEvent({ kind: 'fitted', job: jobs[fit]!, result: {} as never, done: 1, total: jobs.length });
  for (const fit of [1, 2, 1]) look(fit);
  done(1);
  for (const fit of [2, 0, 2, 0]) look(fit);
  const previews = told.flatMap(({ training }) => training?.preview ?? []);
  expect(previews.map(({ fit }) => fit)).toEqual([1, 1, 2, 0, 0]);
  for (const { fit, embedding, positions } of previews)
    expect([embedding, positions[0]]).toEqual(['X_umap', fit]);
});

it('says no time left when the fits are done: what they are compared with may take longer', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const jobs = [jobOf([1]), jobOf([2])];
    const told: Progress[] = [];
    const facts = { labels: ['0', '1', '2', '3'], counts: [9, 9, 9, 9], dims, view: 'X_umap' };
    const { onEvent } = watchTraining(jobs, facts, (progress) => told.push(progress));
    jobs.forEach((job, i) => {
      vi.advanceTimersByTime(10_000);
      onEvent({ kind: 'fitted', job, result: {} as never, done: i + 1, total: jobs.length });
    });
    expect(told.map(({ secondsLeft }) => secondsLeft)).toEqual([10, undefined]);
  } finally {
    vi.useRealTimers();
  }
});
