import { ringSize, ringWidth } from './point-size.ts';
import { DIMMED, type Lines, type Painter, type Points, type Scene, type View } from './scene.ts';
import { CELLS, cellShader, colourShader, LINES, POINTS } from './shaders.ts';

const PALETTE_WIDTH = 256;
const ATTRIBUTES = ['position', 'entry', 'state', 'mass'] as const;
const UNIFORMS = [
  'centre',
  'scale',
  'size',
  'ring',
  'faint',
  'selecting',
  'ranked',
  'stride',
  'layer',
  'mark',
  'ink',
  'palette',
] as const;

/** Draws cells and lines by WebGL2; null where a canvas cannot have it. Its calls fail in silence while the context is lost. */
export function createWebglPainter(canvas: HTMLCanvasElement): Painter | null {
  const gl = canvas.getContext('webgl2', {
    antialias: false,
    depth: true,
    powerPreference: 'high-performance',
  });
  if (gl === null || gl.isContextLost()) return null;
  const program = link(gl);
  if (program === null) return null;
  const uniform = Object.fromEntries(
    UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]),
  ) as Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
  const cells = createLayer(gl);
  const points = createLayer(gl);
  const lines = createLines(gl);
  const arrows = createLines(gl);
  let pointCount = 0;
  let unfinished: WebGLSync | null = null;

  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  gl.depthFunc(gl.LEQUAL);
  gl.clearColor(0, 0, 0, 0);
  // of layers that have no states or masses of their own
  gl.vertexAttribI4ui(2, 0, 0, 0, 0);
  gl.vertexAttrib1f(3, 1);

  function updatePoints(drawn: Points | null) {
    pointCount = drawn === null ? 0 : drawn.mass.length;
    if (drawn === null) return;
    points.fill(0, drawn.positions);
    points.fill(1, drawn.entries);
    points.fill(3, drawn.mass);
  }

  return {
    kind: 'webgl',
    update(scene, parts) {
      for (const part of parts) {
        if (part === 'positions') cells.fill(0, scene.positions);
        else if (part === 'entries') cells.fill(1, scene.entries);
        else if (part === 'states') cells.fill(2, scene.states);
        else if (part === 'palette') cells.colour(scene.palette);
        else if (part === 'points') updatePoints(scene.points);
        else if (part === 'points palette') {
          if (scene.points !== null) points.colour(scene.points.palette);
        } else if (part === 'lines') lines.update(scene.lines);
        else arrows.update(scene.arrows);
      }
    },
    paint(scene, view) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      setView(gl, uniform, scene, view, canvas);
      if (scene.positions.length > 0) {
        gl.enable(gl.DEPTH_TEST);
        gl.uniform1i(uniform.layer, CELLS);
        cells.bind(view.step);
        gl.drawArrays(gl.POINTS, 0, Math.ceil(scene.positions.length / 2 / view.step));
      }
      gl.disable(gl.DEPTH_TEST);
      if (pointCount > 0) {
        gl.uniform1i(uniform.layer, POINTS);
        points.bind();
        gl.drawArrays(gl.POINTS, 0, pointCount);
      }
      gl.uniform1i(uniform.layer, LINES);
      lines.draw();
      arrows.draw();
      gl.deleteSync(unfinished);
      unfinished = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      gl.flush();
    },
    busy() {
      if (unfinished === null || gl.isContextLost()) return false;
      if (gl.getSyncParameter(unfinished, gl.SYNC_STATUS) !== gl.SIGNALED) return true;
      gl.deleteSync(unfinished);
      unfinished = null;
      return false;
    },
    dispose() {
      cells.dispose();
      points.dispose();
      lines.dispose();
      arrows.dispose();
      gl.deleteProgram(program);
      // browsers keep a few contexts only, until the garbage is collected
      if (!gl.isContextLost()) gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, cellShader],
    [gl.FRAGMENT_SHADER, colourShader],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  for (const [at, name] of ATTRIBUTES.entries()) gl.bindAttribLocation(program, at, name);
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** A layer of lines: the pairs of its vertices that are joined. */
function createLines(gl: WebGL2RenderingContext) {
  const layer = createLayer(gl);
  const joints = gl.createBuffer();
  let count = 0;
  return {
    update(drawn: Lines | null) {
      count = 0;
      if (drawn === null) return;
      const pairs = lineSegments(drawn);
      count = pairs.length;
      layer.fill(0, drawn.positions);
      layer.fill(1, drawn.entries);
      layer.bind();
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, joints);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, pairs, gl.STATIC_DRAW);
      gl.bindVertexArray(null);
      layer.colour(drawn.palette);
    },
    draw() {
      if (count === 0) return;
      layer.bind();
      gl.drawElements(gl.LINES, count, gl.UNSIGNED_INT, 0);
    },
    dispose() {
      layer.dispose();
      gl.deleteBuffer(joints);
    },
  };
}

/** Buffers of the attributes with a palette; a buffer is made anew only where its length changes. */
function createLayer(gl: WebGL2RenderingContext) {
  const array = gl.createVertexArray();
  const texture = gl.createTexture();
  const buffers = ATTRIBUTES.map(() => gl.createBuffer());
  const lengths = ATTRIBUTES.map(() => -1);
  /** element type of each buffer */
  const types: number[] = [gl.FLOAT, gl.UNSIGNED_BYTE, gl.UNSIGNED_BYTE, gl.FLOAT];
  let step = 1;

  function point(at: number) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at]);
    if (at === 0) gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 8 * step, 0);
    else if (at === 3) gl.vertexAttribPointer(at, 1, gl.FLOAT, false, 4, 0);
    else gl.vertexAttribIPointer(at, 1, types[at], (types[at] === gl.UNSIGNED_SHORT ? 2 : 1) * step, 0);
  }

  return {
    fill(at: number, data: Float32Array | Uint8Array | Uint16Array) {
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at]);
      if (lengths[at] === data.byteLength) gl.bufferSubData(gl.ARRAY_BUFFER, 0, data);
      else gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      lengths[at] = data.byteLength;
      gl.enableVertexAttribArray(at);
      if (data instanceof Uint16Array) types[at] = gl.UNSIGNED_SHORT;
      else if (data instanceof Uint8Array) types[at] = gl.UNSIGNED_BYTE;
      point(at);
    },
    colour(palette: Uint8Array) {
      const rows = Math.max(1, Math.ceil(palette.length / 4 / PALETTE_WIDTH));
      const filled = new Uint8Array(4 * PALETTE_WIDTH * rows);
      filled.set(palette);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, filled);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    },
    bind(nextStep = 1) {
      gl.bindVertexArray(array);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      if (nextStep === step) return;
      step = nextStep;
      for (const at of ATTRIBUTES.keys()) if (lengths[at] >= 0) point(at);
    },
    dispose() {
      gl.deleteVertexArray(array);
      gl.deleteTexture(texture);
      for (const buffer of buffers) gl.deleteBuffer(buffer);
    },
  };
}

function setView(
  gl: WebGL2RenderingContext,
  uniform: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>,
  scene: Scene,
  view: View,
  canvas: HTMLCanvasElement,
): void {
  const { camera, pixelRatio, pointSize, ink } = view;
  const pixels = 2 * camera.scale * pixelRatio;
  gl.uniform2f(uniform.centre, camera.x, camera.y);
  gl.uniform2f(uniform.scale, pixels / canvas.width, pixels / canvas.height);
  gl.uniform1f(uniform.size, pointSize * pixelRatio);
  gl.uniform1f(uniform.mark, view.markSize * pixelRatio);
  gl.uniform3f(uniform.ink, ink[0] / 255, ink[1] / 255, ink[2] / 255);
  gl.uniform2f(uniform.ring, ringSize(pointSize) * pixelRatio, ringWidth(ringSize(pointSize)) * pixelRatio);
  gl.uniform4f(uniform.faint, view.faint[0] / 255, view.faint[1] / 255, view.faint[2] / 255, DIMMED);
  gl.uniform1i(uniform.selecting, scene.selecting ? 1 : 0);
  gl.uniform1i(uniform.ranked, scene.ranked ? 1 : 0);
  gl.uniform1i(uniform.stride, view.step);
  gl.uniform1i(uniform.palette, 0);
}

/** Pairs of vertices that are joined. */
function lineSegments({ positions, starts }: Lines): Uint32Array {
  const isStart = new Uint8Array(positions.length / 2 + 1);
  for (const start of starts) isStart[start] = 1;
  const pairs: number[] = [];
  for (let k = 1; k < positions.length / 2; k++) {
    const sum = positions[2 * k] + positions[2 * k + 1] + positions[2 * k - 2] + positions[2 * k - 1];
    if (isStart[k] === 0 && Number.isFinite(sum)) pairs.push(k - 1, k);
  }
  return Uint32Array.from(pairs);
}
