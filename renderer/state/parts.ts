import type { OpenedDataset } from '../../engine/host/protocol.ts';
import type { EngineClient, Platform } from '../client/engine-client.ts';
import type { Decisions } from './decisions.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { Tasks } from './tasks.svelte.ts';

/** What the parts of a session have in common. */
export interface SessionParts {
  readonly client: EngineClient;
  readonly platform: Platform;
  readonly tasks: Tasks;
  readonly notices: Notices;
  readonly decisions: Decisions;
  /** what is open */
  readonly dataset: OpenedDataset | null;
  /** asks the engine for whatever follows from the choices, the step or the run, and was not asked for yet */
  follow(): void;
}
