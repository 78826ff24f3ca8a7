import type { Theme } from './figure.ts';

/** Viridis (van der Walt & Smith, matplotlib 2015) at ten even steps: perceptually even, safe for colour-blind readers. */
const viridisAnchors = [
  '#440154',
  '#482878',
  '#3e4989',
  '#31688e',
  '#26828e',
  '#1f9e89',
  '#35b779',
  '#6ece58',
  '#b5de2b',
  '#fde725',
];

/** Okabe & Ito (2008): eight colours that all common kinds of colour vision tell apart; black comes last here. */
const okabeIto = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#F0E442', '#000000'];

/** These keep their colour whatever else is compared with them. */
const knownMethods = ['auto', 'ot-cfm', 'ot-mfm', 'i-mfm', 'i-cfm'];

/** The viridis ramp at u ∈ [0, 1] (clamped) as `#rrggbb`. */
export function viridis(u: number): string {
  const at = Math.min(1, Math.max(0, u)) * (viridisAnchors.length - 1);
  const k = Math.min(viridisAnchors.length - 2, Math.floor(at));
  return mix(viridisAnchors[k], viridisAnchors[k + 1], at - k);
}

/**
 * The ramp without the end that the background swallows: u ∈ [0, 1] from the first to the last timepoint.
 * @returns `#rrggbb`
 */
export function timeColor(u: number, theme: Theme = 'light'): string {
  const [low, high] = theme === 'light' ? [0, 0.88] : [0.2, 1];
  return viridis(low + (high - low) * Math.min(1, Math.max(0, u)));
}

/** One colour a timepoint, in order and evenly spaced whatever the days between. */
export function timepointColors(count: number, theme: Theme = 'light'): string[] {
  return Array.from({ length: count }, (_, k) => timeColor(count === 1 ? 0.5 : k / (count - 1), theme));
}

/** Colour of a category by its place in the order; repeats after seven (black would be lost on dark). */
export function categoryColor(index: number): string {
  return okabeIto[index % 7];
}

/** What needs no fit is grey, so that the fitted methods stand out. */
const BASELINES = ['ot', 'random', 'previous', 'next'];
const BASELINE_GREYS = ['#4d4d4d', '#7a7a7a', '#a3a3a3', '#c4c4c4'];

/** One colour a method, stable for the methods that are known; on dark all are lighter, or the darker greys would be lost. */
export function methodColors(methods: readonly string[], theme: Theme = 'light'): Map<string, string> {
  const shown = (color: string) => (theme === 'light' ? color : mix(color, '#ffffff', 0.25));
  const others = methods.filter((method) => !knownMethods.includes(method) && !BASELINES.includes(method));
  return new Map(
    methods.map((method) => {
      const baseline = BASELINES.indexOf(method);
      if (baseline >= 0) return [method, shown(BASELINE_GREYS[baseline]!)];
      const known = knownMethods.indexOf(method);
      return [
        method,
        shown(categoryColor(known >= 0 ? known : knownMethods.length + others.indexOf(method))),
      ];
    }),
  );
}

/** Linear mixture of two `#rrggbb` colours: share 0 gives the first, 1 the second. */
export function mix(first: string, second: string, share: number): string {
  const channel = (color: string, k: number) => Number.parseInt(color.slice(1 + 2 * k, 3 + 2 * k), 16);
  return `#${[0, 1, 2]
    .map((k) => Math.round(channel(first, k) * (1 - share) + channel(second, k) * share))
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}
