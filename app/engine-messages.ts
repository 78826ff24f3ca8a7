import type { ErrorMessage } from '../engine/errors.ts';

/* What the main process and the engine process say to each other, beside the ports of the interface. */

export type ToEngine =
  /** with one port: the interface's */
  | { kind: 'connect' }
  | { kind: 'paths'; id: number; paths: string[] }
  | { kind: 'target'; id: number; path: string }
  | { kind: 'refused'; id: number; error: ErrorMessage };

/** The engine asks which files handles mean, and which place to write to: it learns paths from the main process alone. */
export type FromEngine =
  | { kind: 'paths of'; id: number; handles: string[] }
  | { kind: 'target of'; id: number; handle: string };
