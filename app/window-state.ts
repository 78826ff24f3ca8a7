import type { Rectangle } from 'electron';
import { z } from 'zod';

const pixels = z.number().int();
export const windowStateSchema = z.object({
  bounds: z.object({ x: pixels, y: pixels, width: pixels.min(1), height: pixels.min(1) }),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

export const SMALLEST = { width: 900, height: 600 };
const FIRST = { width: 1280, height: 800 };
/** As much of the title bar as a hand needs to move the window, in pixels. */
const GRIP = { width: 120, height: 40 };

/**
 * Where a window opens: where it was, unless no screen is there any more, and never larger than its screen.
 * @param workAreas of the screens, the first one taken where the window has no place
 */
export function placeWindow(
  saved: WindowState | undefined,
  workAreas: readonly Rectangle[],
): { width: number; height: number; x?: number; y?: number } {
  if (!saved) return sizedFor(FIRST, workAreas[0]);
  const { x, y } = saved.bounds;
  for (const area of workAreas) {
    // made to fit first: a smaller window may no longer reach into the screen
    const size = sizedFor(saved.bounds, area);
    if (showsGrip({ x, y, ...size }, area)) return { x, y, ...size };
  }
  return sizedFor(saved.bounds, workAreas[0]);
}

function showsGrip(window: Rectangle, area: Rectangle): boolean {
  const right = Math.min(window.x + window.width, area.x + area.width);
  const left = Math.max(window.x, area.x);
  const below = area.y + area.height - window.y;
  return right - left >= GRIP.width && window.y >= area.y && below >= GRIP.height;
}

function sizedFor({ width, height }: { width: number; height: number }, area: Rectangle | undefined) {
  const most = area ?? { width, height };
  return {
    width: Math.min(Math.max(width, SMALLEST.width), most.width),
    height: Math.min(Math.max(height, SMALLEST.height), most.height),
  };
}
