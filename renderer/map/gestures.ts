import type { SelectionMode } from './selection.ts';

export type Tool = 'pan' | 'lasso';

/** CSS pixels from the canvas's left upper corner. */
export type Place = [x: number, y: number];

export interface GestureActions {
  tool(): Tool;
  setTool(tool: Tool): void;
  pan(dx: number, dy: number): void;
  zoom(at: Place, factor: number): void;
  reset(): void;
  /** the pointer is at a place; null: it left, or something else is going on */
  point(at: Place | null): void;
  /** looks at what is in the middle */
  inspect(): void;
  /** the outline while it is drawn, flat [m, 2]; null: none any more */
  outline(polygon: number[] | null): void;
  choose(polygon: number[], mode: SelectionMode): void;
  /** gives up the choice of cells */
  clear(): void;
}

/** CSS pixels between vertices of a lasso. */
const LASSO_STEP = 2;
const KEY_STEP = 48;
const KEY_ZOOM = 1.3;

type Drag =
  | { kind: 'pan' }
  | { kind: 'lasso'; polygon: number[] }
  | { kind: 'rectangle'; from: Place }
  | { kind: 'pinch' };

/** Listens to pointers, wheel and keys of a canvas. @returns takes the listeners away */
export function listenToGestures(canvas: HTMLCanvasElement, actions: GestureActions): () => void {
  const stop = new AbortController();
  const pointers = new Map<number, Place>();
  let drag: Drag | null = null;

  const giveUp = () => {
    if (drag?.kind === 'lasso' || drag?.kind === 'rectangle') actions.outline(null);
    drag = null;
  };

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || pointers.size > 1) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, placeOf(event));
    actions.point(null);
    giveUp();
    drag = pointers.size === 2 ? { kind: 'pinch' } : dragOf(event, actions.tool());
  };

  const onMove = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    const at = placeOf(event);
    if (before === undefined || drag === null) {
      if (pointers.size === 0) actions.point(at);
      return;
    }
    pointers.set(event.pointerId, at);
    if (drag.kind === 'pan') actions.pan(at[0] - before[0], at[1] - before[1]);
    else if (drag.kind === 'pinch') pinch(pointers, event.pointerId, before, actions);
    else if (drag.kind === 'rectangle') actions.outline(rectangle(drag.from, at));
    else if (distance(at, drag.polygon.slice(-2) as Place) >= LASSO_STEP) {
      drag.polygon.push(...at);
      actions.outline(drag.polygon);
    }
  };

  const onUp = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    const at = placeOf(event);
    const done = drag;
    giveUp();
    if (pointers.size > 0) drag = { kind: 'pan' };
    else if (event.type === 'pointerup' && done !== null) finish(done, at, event, actions);
  };

  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    // a pinch on a touch pad comes as a wheel with the control key and small steps
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    actions.zoom(placeOf(event), Math.exp(-event.deltaY * lines * speed));
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const drawing = drag !== null && drag.kind !== 'pan';
    if (event.key === 'Escape' && drawing) giveUp();
    else if (!pressKey(event, canvas, actions)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const on = <K extends keyof HTMLElementEventMap>(
    kind: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => canvas.addEventListener(kind, listener, { signal: stop.signal, passive });
  on('pointerdown', onDown);
  on('pointermove', onMove);
  on('pointerup', onUp);
  on('pointercancel', onUp);
  on('pointerleave', () => pointers.size === 0 && actions.point(null));
  on('dblclick', () => actions.tool() === 'pan' && actions.reset());
  on('wheel', onWheel, false);
  on('keydown', onKey, false);
  return () => stop.abort();
}

function placeOf(event: MouseEvent): Place {
  return [event.offsetX, event.offsetY];
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function dragOf(event: PointerEvent, tool: Tool): Drag {
  const from = placeOf(event);
  if (tool === 'lasso') return { kind: 'lasso', polygon: [...from] };
  return event.shiftKey ? { kind: 'rectangle', from } : { kind: 'pan' };
}

function rectangle(a: Place, b: Place): number[] {
  return [a[0], a[1], b[0], a[1], b[0], b[1], a[0], b[1]];
}

function pinch(pointers: Map<number, Place>, moved: number, before: Place, actions: GestureActions): void {
  const now = pointers.get(moved)!;
  const other = [...pointers].find(([id]) => id !== moved)?.[1];
  if (other === undefined) return;
  actions.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  const middle: Place = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  actions.zoom(middle, Math.max(1, distance(now, other)) / Math.max(1, distance(before, other)));
}

/** A rectangle begins with the Shift key, so Ctrl or ⌘ adds there; a lasso adds with Shift. Alt subtracts in both. */
function finish(drag: Drag, at: Place, event: PointerEvent, actions: GestureActions): void {
  if (drag.kind === 'pan') actions.point(at);
  if (drag.kind !== 'lasso' && drag.kind !== 'rectangle') return;
  const polygon = drag.kind === 'lasso' ? drag.polygon : rectangle(drag.from, at);
  const adds = drag.kind === 'lasso' ? event.shiftKey : event.ctrlKey || event.metaKey;
  const isPoint = drag.kind === 'rectangle' && distance(drag.from, at) < LASSO_STEP;
  if (polygon.length < 6 || isPoint) return;
  actions.choose(polygon, event.altKey ? 'subtract' : adds ? 'add' : 'replace');
}

/** @returns whether the key means something here */
function pressKey(event: KeyboardEvent, canvas: HTMLCanvasElement, actions: GestureActions): boolean {
  const step = KEY_STEP * (event.shiftKey ? 4 : 1);
  const middle: Place = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  const keys: Record<string, () => void> = {
    ArrowLeft: () => actions.pan(step, 0),
    ArrowRight: () => actions.pan(-step, 0),
    ArrowUp: () => actions.pan(0, step),
    ArrowDown: () => actions.pan(0, -step),
    '+': () => actions.zoom(middle, KEY_ZOOM),
    '=': () => actions.zoom(middle, KEY_ZOOM),
    '-': () => actions.zoom(middle, 1 / KEY_ZOOM),
    _: () => actions.zoom(middle, 1 / KEY_ZOOM),
    '0': () => actions.reset(),
    l: () => actions.setTool(actions.tool() === 'lasso' ? 'pan' : 'lasso'),
    L: () => actions.setTool(actions.tool() === 'lasso' ? 'pan' : 'lasso'),
    Enter: () => actions.inspect(),
    Escape: () => (actions.tool() === 'lasso' ? actions.setTool('pan') : actions.clear()),
  };
  const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
  action?.();
  return action !== undefined;
}
