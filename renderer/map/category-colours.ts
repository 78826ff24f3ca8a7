import type { Theme } from '../../engine/figures/figure.ts';
import { categoryColor, mix, timepointColors } from '../../engine/figures/palette.ts';

/** Colours of the set that is safe for colour-blind readers. */
const SAFE = 7;
/** Turn of the hue that fills a circle evenly whatever the number (degrees). */
const GOLDEN_ANGLE = 137.508;

/**
 * One `#rrggbb` a category. An order is shown as a ramp. Otherwise the place of a name in the alphabet decides, so that
 * the order of rows in a file changes nothing: seven safe colours, then their dark and their light shades, and above 21
 * hues at three lightnesses, which only the legend and the pointer tell apart.
 */
export function categoryColours(names: readonly string[], ordered: boolean, theme: Theme): string[] {
  if (ordered) return timepointColors(names.length, theme);
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const places = new Map([...names].sort(compare).map((name, place) => [name, place]));
  return names.map((name) => shade(places.get(name)!, theme));
}

function shade(place: number, theme: Theme): string {
  const safe = categoryColor(place);
  if (place < SAFE) return safe;
  if (place < 2 * SAFE) return mix(safe, '#000000', theme === 'light' ? 0.45 : 0.35);
  if (place < 3 * SAFE) return mix(safe, '#ffffff', theme === 'light' ? 0.4 : 0.55);
  const lightness = [0.62, 0.48, 0.74][place % 3];
  const chroma = [0.13, 0.09][Math.floor(place / 3) % 2];
  return oklch(lightness, chroma, (place * GOLDEN_ANGLE) % 360);
}

/** A colour of OKLCH (Ottosson 2020) as `#rrggbb`; what sRGB lacks is clipped. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (c: number) => {
    const encoded = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, encoded)));
  };
  return `#${linear.map((c) => byte(Math.max(0, c)).toString(16).padStart(2, '0')).join('')}`;
}
