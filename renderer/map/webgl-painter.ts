import { ringSize, ringWidth } from './point-size.ts';
import { DIMMED, type Lines, type Painter, type Scene, type View } from './scene.ts';
import { cellShader, colourShader } from './shaders.ts';

const PALETTE_WIDTH = 256;
const ATTRIBUTES = ['position', 'entry', 'state'] as const;
const UNIFORMS = [
  'centre',
  'scale',
  'size',
  'ring',
  'faint',
  'selecting',
  'ranked',
  'stride',
  'lines',
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
  const lines = createLayer(gl);
  const joints = gl.createBuffer();
  let jointCount = 0;
  let unfinished: WebGLSync | null = null;

  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  gl.depthFunc(gl.LEQUAL);
  gl.clearColor(0, 0, 0, 0);

  function updateLines(drawn: Lines | null) {
    if (drawn === null) {
      jointCount = 0;
      return;
    }
    const pairs = lineSegments(drawn);
    jointCount = pairs.length;
    lines.fill(0, drawn.positions);
    lines.fill(1, drawn.entries);
    lines.fill(2, new Uint8Array(drawn.positions.length / 2));
    lines.bind();
    gl!.bindBuffer(gl!.ELEMENT_ARRAY_BUFFER, joints);
    gl!.bufferData(gl!.ELEMENT_ARRAY_BUFFER, pairs, gl!.STATIC_DRAW);
    gl!.bindVertexArray(null);
    lines.colour(drawn.palette);
  }

  return {
    kind: 'webgl',
    update(scene, parts) {
      for (const part of parts) {
        if (part === 'positions') cells.fill(0, scene.positions);
        else if (part === 'entries') cells.fill(1, scene.entries);
        else if (part === 'states') cells.fill(2, scene.states);
        else if (part === 'palette') cells.colour(scene.palette);
        else updateLines(scene.lines);
      }
    },
    paint(scene, view) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      setView(gl, uniform, scene, view, canvas);
      if (scene.positions.length > 0) {
        gl.enable(gl.DEPTH_TEST);
        gl.uniform1i(uniform.lines, 0);
        cells.bind(view.step);
        gl.drawArrays(gl.POINTS, 0, Math.ceil(scene.positions.length / 2 / view.step));
      }
      if (jointCount > 0) {
        gl.disable(gl.DEPTH_TEST);
        gl.uniform1i(uniform.lines, 1);
        lines.bind();
        gl.drawElements(gl.LINES, jointCount, gl.UNSIGNED_INT, 0);
      }
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
      lines.dispose();
      gl.deleteBuffer(joints);
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

/** Buffers of the three attributes with a palette; a buffer is made anew only where its length changes. */
function createLayer(gl: WebGL2RenderingContext) {
  const array = gl.createVertexArray();
  const texture = gl.createTexture();
  const buffers = ATTRIBUTES.map(() => gl.createBuffer());
  const lengths = ATTRIBUTES.map(() => -1);
  /** element type of each buffer */
  const types: number[] = [gl.FLOAT, gl.UNSIGNED_BYTE, gl.UNSIGNED_BYTE];
  let step = 1;

  function point(at: number) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at]);
    if (at === 0) gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 8 * step, 0);
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
      for (const at of ATTRIBUTES.keys()) point(at);
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
  const { camera, pixelRatio, pointSize } = view;
  const pixels = 2 * camera.scale * pixelRatio;
  gl.uniform2f(uniform.centre, camera.x, camera.y);
  gl.uniform2f(uniform.scale, pixels / canvas.width, pixels / canvas.height);
  gl.uniform1f(uniform.size, pointSize * pixelRatio);
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
