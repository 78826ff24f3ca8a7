import { describe, expect, it } from 'vitest';
import { methodColors, mix, timepointColors, viridis } from './palette.ts';

/** Relative luminance of `#rrggbb` (WCAG 2). */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((k) => {
    const c = Number.parseInt(color.slice(k, k + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('palette', () => {
  it('has a ramp that gets lighter all the way, from viridis’ dark to its bright end', () => {
    const ramp = Array.from({ length: 101 }, (_, k) => luminance(viridis(k / 100)));
    for (let k = 1; k < ramp.length; k++) expect(ramp[k]).toBeGreaterThan(ramp[k - 1]);
    expect(viridis(-1)).toBe('#440154');
    expect(viridis(2)).toBe('#fde725');
  });

  it('keeps timepoints apart, in order, and off the background', () => {
    for (const theme of ['light', 'dark'] as const) {
      const shades = timepointColors(12, theme).map(luminance);
      expect([...shades].sort((a, b) => a - b)).toEqual(shades);
      expect(new Set(shades).size).toBe(12);
    }
    expect(luminance(timepointColors(4, 'light')[3])).toBeLessThan(luminance(viridis(1)));
    expect(luminance(timepointColors(4, 'dark')[0])).toBeGreaterThan(luminance(viridis(0)));
  });

  it('gives a method the same colour whatever it is compared with, and different methods different ones', () => {
    const all = methodColors(['static', 'ot-cfm', 'previous', 'ot-mfm']);
    expect(methodColors(['ot-mfm']).get('ot-mfm')).toBe(all.get('ot-mfm'));
    expect(new Set(all.values()).size).toBe(4);
  });

  it('mixes linearly', () => {
    expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080');
    expect(mix('#123456', '#ffffff', 0)).toBe('#123456');
  });
});
