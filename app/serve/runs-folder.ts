import { join } from 'node:path';
import envPaths from 'env-paths';

/** $MEANDER_RUNS, or the system's place for what applications keep. */
export const defaultRunsFolder = () =>
  process.env.MEANDER_RUNS || join(envPaths('meander', { suffix: '' }).data, 'runs');
