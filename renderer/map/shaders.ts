import { HOLLOW, NO_PLACE, PRIORITIES, SELECTED } from './scene.ts';

/**
 * A cell or a vertex of a line. Order is by depth, so that no sorting is needed: `priority` is `priorityOf` of
 * scene.ts, to the bit.
 */
export const cellShader = `#version 300 es
precision highp float;
precision highp int;
in vec2 position;
in uint entry;
in uint state;
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
uniform vec2 ring;
uniform vec4 faint;
uniform bool selecting;
uniform bool ranked;
uniform int stride;
uniform bool lines;
uniform sampler2D palette;
flat out vec4 colour;
flat out float radius;
flat out float hole;
flat out float extent;

uint scatter(uint row) {
  uint v = row ^ (row >> 16);
  v *= 0x7feb352du;
  v ^= v >> 15;
  v *= 0x846ca68bu;
  return v ^ (v >> 16);
}

void main() {
  colour = texelFetch(palette, ivec2(int(entry & 255u), int(entry >> 8)), 0);
  radius = hole = extent = 0.0;
  gl_PointSize = 1.0;
  if ((state & ${NO_PLACE}u) != 0u || colour.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 place = (position - centre) * scale;
  if (lines) {
    gl_Position = vec4(place, 0.0, 1.0);
    return;
  }
  bool dimmed = selecting && (state & ${SELECTED}u) == 0u;
  if (dimmed) colour.rgb = mix(colour.rgb, faint.rgb, faint.a);

  bool hollow = (state & ${HOLLOW}u) != 0u;
  float diameter = hollow ? ring.x : size;
  radius = 0.5 * diameter;
  hole = hollow ? radius - ring.y : 0.0;
  // room for the soft edge; points too small for one are squares
  extent = diameter < 3.0 ? diameter : diameter + 1.0;
  gl_PointSize = extent;

  uint bits = scatter(uint(gl_VertexID * stride));
  uint rank = ranked ? ((entry - 1u) << 5) | (bits >> 27) : bits >> 19;
  uint priority = (dimmed ? 0u : 16384u) + (entry == 0u ? 0u : 1u + rank);
  gl_Position = vec4(place, 1.0 - 2.0 * float(priority + 1u) / ${PRIORITIES + 1}.0, 1.0);
}`;

/** A disc or a ring with an edge one pixel soft; colours leave premultiplied. */
export const colourShader = `#version 300 es
precision highp float;
flat in vec4 colour;
flat in float radius;
flat in float hole;
flat in float extent;
uniform bool lines;
out vec4 pixel;

void main() {
  float cover = 1.0;
  if (lines) cover = colour.a;
  else if (extent >= 3.0) {
    float d = length(gl_PointCoord - 0.5) * extent;
    cover = clamp(radius - d + 0.5, 0.0, 1.0);
    if (hole > 0.0) cover *= clamp(d - hole + 0.5, 0.0, 1.0);
    if (cover < 0.1) discard;
  }
  pixel = vec4(colour.rgb * cover, cover);
}`;
