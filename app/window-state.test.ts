import { describe, expect, it } from 'vitest';
import { randomStream } from '../engine/random.ts';
import { placeWindow, windowStateSchema } from './window-state.ts';

const LEFT = { x: 0, y: 25, width: 1600, height: 975 };
const RIGHT = { x: 1600, y: 0, width: 2560, height: 1400 };

describe('placeWindow', () => {
  it('keeps a place that a screen still shows', () => {
    const bounds = { x: 1700, y: 100, width: 1200, height: 800 };
    expect(placeWindow({ bounds, maximized: false }, [LEFT, RIGHT])).toEqual(bounds);
  });

  it('never opens where the title bar cannot be reached, nor larger than a screen', () => {
    const random = randomStream(1, 'windows');
    for (let i = 0; i < 2000; i++) {
      const whole = (low: number, high: number) => Math.floor(low + random.uniform() * (high - low));
      const bounds = {
        x: whole(-6000, 6000),
        y: whole(-4000, 4000),
        width: whole(1, 6000),
        height: whole(1, 4000),
      };
      const { x, y, width, height } = placeWindow({ bounds, maximized: false }, [LEFT, RIGHT]);
      expect(width).toBeLessThanOrEqual(2560);
      expect(height).toBeLessThanOrEqual(1400);
      // without a place the system centres it
      if (x === undefined || y === undefined) continue;
      const reachable = [LEFT, RIGHT].some(
        (area) =>
          Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= 100 &&
          y >= area.y &&
          y + 30 <= area.y + area.height,
      );
      expect({ x, y, width, reachable }).toMatchObject({ reachable: true });
    }
  });

  it('lets the system choose a place when the screen is gone', () => {
    const bounds = { x: 1700, y: 100, width: 1200, height: 800 };
    expect(placeWindow({ bounds, maximized: true }, [LEFT])).toEqual({ width: 1200, height: 800 });
  });

  it('takes no state that is damaged', () => {
    const bounds = { x: 0, y: 0, width: 0, height: 800 };
    expect(windowStateSchema.safeParse({ bounds, maximized: false }).success).toBe(false);
  });
});
