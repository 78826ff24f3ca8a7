import { inkOf, type Theme } from '../../engine/figures/figure.ts';
import { type Bounds, boundsOf, type Camera, fitCamera, pan, toData, toScreen, zoomAt } from './camera.ts';
import { buildGrid, type CellGrid, nearestCell, runInSlices } from './cell-grid.ts';
import { type Coloured, plainColours, rgbOf, withHidden } from './colouring.ts';
import { listenToGestures, type Place, type Tool } from './gestures.ts';
import { createPaintbrush } from './paintbrush.ts';
import { markSize, pointSize } from './point-size.ts';
import { rowsInside } from './polygon.ts';
import {
  emptyScene,
  fadeGroups,
  fadeSteps,
  HOLLOW,
  isShown,
  type Lines,
  NO_PLACE,
  type Painter,
  type Points,
  type Scene,
  SELECTED,
  type View,
} from './scene.ts';
import type { SelectionMode } from './selection.ts';

/** CSS pixels from the pointer within which a cell is meant. */
const REACH = 8;

export interface Hit {
  row: number;
  /** where the cell lies in the view, CSS pixels */
  x: number;
  y: number;
}

export interface CellMapEvents {
  /** the cell under the pointer, or (Enter) in the middle; null: none any more */
  onHover?(hit: Hit | null): void;
  /** rows of visible cells, ascending; an empty `replace` gives up the choice */
  onSelect?(rows: Int32Array<ArrayBuffer>, mode: SelectionMode): void;
  onCamera?(camera: Camera): void;
  /** what is being drawn, flat [m, 2] in CSS pixels */
  onOutline?(polygon: number[] | null): void;
  onTool?(tool: Tool): void;
}

/** How much groups of cells stand out, e.g. those of timepoints while time plays. */
export interface Emphasis {
  /** the group of each cell [n]; of no weight, e.g. −1: it fades all the way */
  groups: Int32Array | Uint8Array | Uint16Array;
  /** 0: fades, to 1: as ever; of each group */
  weights: ArrayLike<number>;
}

/** A map of cells on a canvas. Arrays that it is given are read until others take their place; n is that of the positions. */
export interface CellMap {
  /** flat [n, 2]; cells with NaN are not drawn. All cells come into view. */
  setPositions(positions: Float32Array): void;
  /** colours of n cells; null: all alike */
  setColours(colours: Coloured | null): void;
  /** codes of categories that are not drawn; −1: missing values */
  setHidden(hidden: ReadonlySet<number>): void;
  /** [n], 1 = selected; the others are dimmed. null: none is */
  setSelection(mask: Uint8Array | null): void;
  /** [n], 1 = drawn as a ring (held-out cells) */
  setHollow(mask: Uint8Array | null): void;
  /** null: all stand out alike. Cheap where the weights move little: they are shown in eight steps. */
  setEmphasis(emphasis: Emphasis | null): void;
  /** Points over the cells. Cheap for each frame, also with the same arrays filled anew; the palette is taken over where it is another one. */
  setPoints(points: Points | null): void;
  setLines(lines: Lines | null): void;
  /** lines over the lines, e.g. of `arrowLines` */
  setArrows(arrows: Lines | null): void;
  setTheme(theme: Theme): void;
  /** the user's factor on the size of cells, default 1 */
  setPointFactor(factor: number): void;
  setTool(tool: Tool): void;
  setCamera(camera: Camera): void;
  /** all cells in view */
  resetCamera(): void;
  /** the nearest visible cell within 8 CSS pixels; null also until the index stands (at most a second after the positions) */
  cellAt(x: number, y: number): Hit | null;
  /** rows of the visible cells inside an outline, flat [m, 2] in CSS pixels */
  cellsInside(polygon: ArrayLike<number>): Int32Array<ArrayBuffer>;
  /** what is seen now, for an export */
  picture(): { scene: Scene; view: View };
  readonly painter: Painter['kind'];
  /** resolves once cells can be hovered */
  readonly indexed: Promise<void>;
  dispose(): void;
}

/**
 * @param canvas sized by the page; may be replaced on the screen by another one while WebGL is lost
 * @param options.webgl whether WebGL2 is used where it is there, default yes
 */
export function createCellMap(
  canvas: HTMLCanvasElement,
  events: CellMapEvents = {},
  options: { webgl?: boolean } = {},
): CellMap {
  const scene = emptyScene();
  let bounds: Bounds | null = null;
  let placed = 0;
  let colours: Coloured | null = null;
  let hidden: ReadonlySet<number> = new Set();
  let selection: Uint8Array | null = null;
  let hollow: Uint8Array | null = null;
  let emphasis: Emphasis | null = null;
  /** how far each group fades, as the states have it */
  let fades: Uint8Array | null = null;
  let theme: Theme = 'light';
  let factor = 1;
  let tool: Tool = 'pan';
  let camera: Camera = { x: 0, y: 0, scale: 1 };
  /** whether the view follows the size of the window */
  let showsAll = true;
  let hovered: Hit | null = null;
  let grid: CellGrid | null = null;
  let indexing = new AbortController();
  let indexed: Promise<void> = Promise.resolve();
  const brush = createPaintbrush(canvas, options.webgl ?? true, scene, view, () => {
    if (showsAll) resetCamera();
  });

  function view(step = 1): View {
    const size = brush.size();
    const zoom = camera.scale / fitCamera(bounds, size).scale;
    return {
      ...size,
      camera,
      pixelRatio: brush.pixelRatio(),
      pointSize: pointSize(placed / step, size, zoom, factor),
      markSize: markSize(scene.points?.mass.length ?? 0, size, zoom, factor),
      step,
      faint: rgbOf(inkOf(theme).faint),
      ink: rgbOf(inkOf(theme).text),
    };
  }

  function applyStates() {
    const { states } = scene;
    const chosen = selection?.length === states.length ? selection : null;
    const rings = hollow?.length === states.length ? hollow : null;
    for (let i = 0; i < states.length; i++) {
      states[i] =
        (states[i] & NO_PLACE) |
        (chosen !== null && chosen[i] !== 0 ? SELECTED : 0) |
        (rings !== null && rings[i] !== 0 ? HOLLOW : 0);
    }
    fadeGroups(states, emphasis === null ? null : { groups: emphasis.groups, steps: fades! });
    scene.selecting = chosen !== null;
    brush.touch('states');
  }

  function applyColours() {
    const n = scene.states.length;
    const fitting = colours?.entries.length === n ? colours : plainColours(n, theme);
    if (scene.entries !== fitting.entries) brush.touch('entries');
    scene.entries = fitting.entries;
    scene.ranked = fitting.ranked;
    applyPalette(fitting);
  }

  function applyPalette(fitting: Coloured) {
    scene.palette = fitting === colours ? withHidden(fitting, hidden) : fitting.palette;
    brush.touch('palette');
    hover(null);
  }

  function moveTo(next: Camera, all = false) {
    camera = next;
    showsAll = all;
    hover(null);
    brush.touch();
    events.onCamera?.(camera);
  }

  function resetCamera() {
    moveTo(fitCamera(bounds, brush.size()), true);
  }

  function hover(hit: Hit | null) {
    if (hit?.row === hovered?.row) return;
    hovered = hit;
    events.onHover?.(hit);
  }

  function cellAt(x: number, y: number): Hit | null {
    if (grid === null) return null;
    const size = brush.size();
    const place = toData(camera, size, x, y);
    const reach = REACH / camera.scale;
    const row = nearestCell(grid, scene.positions, ...place, reach, (cell) => isShown(scene, cell));
    if (row < 0) return null;
    const at = toScreen(camera, size, scene.positions[2 * row], scene.positions[2 * row + 1]);
    return { row, x: at[0], y: at[1] };
  }

  function cellsInside(polygon: ArrayLike<number>): Int32Array<ArrayBuffer> {
    const outline = new Float64Array(polygon.length);
    for (let k = 0; k < polygon.length; k += 2) {
      outline.set(toData(camera, brush.size(), polygon[k], polygon[k + 1]), k);
    }
    return rowsInside(scene.positions, outline, (row) => isShown(scene, row));
  }

  async function index(positions: Float32Array) {
    indexing.abort();
    const own = new AbortController();
    indexing = own;
    grid = null;
    const built = await runInSlices(buildGrid(positions), own.signal);
    if (!own.signal.aborted) grid = built;
  }

  function setTool(next: Tool) {
    if (next === tool) return;
    tool = next;
    canvas.style.cursor = next === 'lasso' ? 'crosshair' : '';
    events.onTool?.(next);
  }

  const deaf = listenToGestures(canvas, {
    tool: () => tool,
    setTool,
    pan: (dx, dy) => moveTo(pan(camera, dx, dy)),
    zoom: (at: Place, by) => {
      const size = brush.size();
      moveTo(zoomAt(camera, size, at, by, fitCamera(bounds, size).scale));
    },
    reset: resetCamera,
    point: (at) => hover(at === null ? null : cellAt(...at)),
    inspect: () => hover(cellAt(brush.size().width / 2, brush.size().height / 2)),
    outline: (polygon) => events.onOutline?.(polygon),
    choose: (polygon, mode) => events.onSelect?.(cellsInside(polygon), mode),
    clear: () => events.onSelect?.(new Int32Array(0), 'replace'),
  });

  return {
    setPositions(positions) {
      scene.positions = positions;
      bounds = boundsOf(positions);
      scene.states = new Uint8Array(positions.length / 2);
      placed = markPlaces(positions, scene.states);
      brush.touch('positions');
      applyStates();
      applyColours();
      resetCamera();
      indexed = index(positions);
    },
    setColours(next) {
      colours = next;
      applyColours();
    },
    setHidden(next) {
      hidden = next;
      applyColours();
    },
    setSelection(mask) {
      selection = mask;
      applyStates();
    },
    setHollow(mask) {
      hollow = mask;
      applyStates();
    },
    setEmphasis(next) {
      const steps = next === null ? null : fadeSteps(next.weights);
      const same =
        next?.groups === emphasis?.groups &&
        steps?.length === fades?.length &&
        (steps?.every((step, k) => step === fades![k]) ?? true);
      emphasis = next;
      fades = steps;
      if (!same) applyStates();
    },
    setPoints(points) {
      if (points === scene.points && points === null) return;
      const palette = scene.points?.palette;
      scene.points = points;
      if (points !== null && points.palette !== palette) brush.touch('points palette');
      brush.touch('points');
    },
    setArrows(arrows) {
      scene.arrows = arrows;
      brush.touch('arrows');
    },
    setLines(lines) {
      scene.lines = lines;
      brush.touch('lines');
    },
    setTheme(next) {
      theme = next;
      applyColours();
    },
    setPointFactor(next) {
      factor = next;
      brush.touch();
    },
    setTool,
    setCamera: (next) => moveTo(next),
    resetCamera,
    cellAt,
    cellsInside,
    picture: () => ({ scene: { ...scene }, view: view() }),
    get painter() {
      return brush.kind();
    },
    get indexed() {
      return indexed;
    },
    dispose() {
      indexing.abort();
      deaf();
      brush.dispose();
    },
  };
}

/** Marks cells that cannot be drawn. @returns how many can */
function markPlaces(positions: Float32Array, states: Uint8Array): number {
  let placed = 0;
  for (let i = 0; i < states.length; i++) {
    const x = positions[2 * i];
    const y = positions[2 * i + 1];
    if (x - x + (y - y) !== 0) states[i] = NO_PLACE;
    else placed++;
  }
  return placed;
}
