/**
 * What can be trained, two settings of one path: `mfm` bends it in a metric, `cfm` is the same with φ = 0;
 * `ot` couples by optimal transport, `i` independently.
 */
export const TRAINED_METHODS = ['ot-mfm', 'i-mfm', 'ot-cfm', 'i-cfm'] as const;
export type TrainedMethod = (typeof TRAINED_METHODS)[number];

/** What a user asks for: `auto` chooses one of them, and its settings, from the data. */
export const METHODS = ['auto', ...TRAINED_METHODS] as const;
export type Method = (typeof METHODS)[number];

/** What `evaluate` compares where no methods are named: what is chosen from the data, and straight paths. */
export const DEFAULT_COMPARISON = ['auto', 'ot-cfm'] as const satisfies readonly Method[];

/** Whether a method trains an interpolant in a metric. */
export const bendsPaths = (method: TrainedMethod) => method.endsWith('-mfm');
