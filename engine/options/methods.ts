/**
 * The methods that can be fitted, two settings of one path: `mfm` bends it in a metric, `cfm` is the same with φ = 0;
 * `ot` couples by optimal transport, `i` independently.
 */
export const METHODS = ['ot-mfm', 'i-mfm', 'ot-cfm', 'i-cfm'] as const;
export type Method = (typeof METHODS)[number];

/** What `evaluate` compares where no methods are named: curved paths and straight ones, all else equal. */
export const DEFAULT_COMPARISON = ['ot-mfm', 'ot-cfm'] as const satisfies readonly Method[];

/** Whether a method trains an interpolant in a metric. */
export const bendsPaths = (method: Method) => method.endsWith('-mfm');
