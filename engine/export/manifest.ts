import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ExperimentConfig, FitSettings, Method } from '../config.ts';
import type { Dataset } from '../dataset/load.ts';

/** What makes a result reproducible: given the same file, the same configuration gives the same bits. */
export interface Manifest {
  /** what was asked for; `--config` takes it back */
  config: ExperimentConfig;
  versions: Record<string, string>;
  input: {
    name: string;
    /** SHA-256 over the arrays that were used: embedding, timepoint of each cell, times */
    dataSha256: string;
  };
  /** each fit with its complete settings, presets resolved */
  fits: {
    method: Method;
    heldOut: string[];
    seed: number;
    kernels: string;
    /** TensorFlow by its package, version and device, where it worked out the training steps; absent: the kernels did */
    trainedBy?: string;
    settings: FitSettings;
  }[];
}

/** The versions a result depends on. */
export function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(packageJsonUrl(), 'utf8')) as { version: string };
  return { meander: own.version, node: process.versions.node, v8: process.versions.v8 };
}

export function dataSha256({ embedding, timepoints }: Dataset): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([embedding.dims, timepoints.labels, timepoints.times]));
  for (const array of [embedding.points, timepoints.cellTimepoint]) {
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest('hex');
}

// from the sources package.json is two folders up, from the build three
function packageJsonUrl(): URL {
  const depth = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
  return new URL(`${depth}package.json`, import.meta.url);
}
