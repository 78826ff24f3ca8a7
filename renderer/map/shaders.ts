import {
  FADE_BELOW,
  FADE_SHIFT,
  HOLLOW,
  LEAST_MASS,
  LEAST_RIMMED_RADIUS,
  MOST_FADE,
  MOST_MASS,
  NO_PLACE,
  PRIORITIES,
  RIM_INK,
  RIM_OPACITY,
  SELECTED,
} from './scene.ts';

/** What is drawn: the value of the uniform `layer`. */
export const CELLS = 0;
export const LINES = 1;
export const POINTS = 2;

/**
 * A cell, a point or a vertex of a line. Order is by depth, so that no sorting is needed: `priority` is `priorityOf` of
 * scene.ts, to the bit.
 */
export const cellShader = `#version 300 es
precision highp float;
precision highp int;
in vec2 position;
in uint entry;
in uint state;
in float mass;
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
uniform vec2 ring;
uniform vec4 faint;
uniform bool selecting;
uniform bool ranked;
uniform int stride;
uniform int layer;
uniform float mark;
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
  if ((state & ${NO_PLACE}u) != 0u || colour.a == 0.0 || mass <= 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 place = (position - centre) * scale;
  if (layer == ${LINES}) {
    gl_Position = vec4(place, 0.0, 1.0);
    return;
  }
  if (layer == ${POINTS}) {
    float across = mark * sqrt(clamp(mass, ${LEAST_MASS.toFixed(3)}, ${MOST_MASS.toFixed(3)}));
    radius = 0.5 * across;
    extent = across + 1.0;
    gl_PointSize = extent;
    gl_Position = vec4(place, 0.0, 1.0);
    return;
  }
  uint fade = selecting && (state & ${SELECTED}u) == 0u ? ${MOST_FADE}u : (state >> ${FADE_SHIFT}) & ${MOST_FADE}u;
  colour.rgb = mix(colour.rgb, faint.rgb, faint.a * float(fade) / ${MOST_FADE}.0);

  bool hollow = (state & ${HOLLOW}u) != 0u;
  float diameter = hollow ? ring.x : size;
  radius = 0.5 * diameter;
  hole = hollow ? radius - ring.y : 0.0;
  // room for the soft edge; points too small for one are squares
  extent = diameter < 3.0 ? diameter : diameter + 1.0;
  gl_PointSize = extent;

  uint bits = scatter(uint(gl_VertexID * stride));
  uint rank = ranked ? ((entry - 1u) << 5) | (bits >> 27) : bits >> 19;
  uint priority = (fade >= ${FADE_BELOW}u ? 0u : 16384u) + (entry == 0u ? 0u : 1u + rank);
  gl_Position = vec4(place, 1.0 - 2.0 * float(priority + 1u) / ${PRIORITIES + 1}.0, 1.0);
}`;

/** A disc, a rimmed point or a ring with an edge one pixel soft; colours leave premultiplied. */
export const colourShader = `#version 300 es
precision highp float;
precision highp int;
flat in vec4 colour;
flat in float radius;
flat in float hole;
flat in float extent;
uniform int layer;
uniform vec3 ink;
out vec4 pixel;

void main() {
  float cover = 1.0;
  if (layer == ${LINES}) cover = colour.a;
  else if (layer == ${POINTS}) {
    float d = length(gl_PointCoord - 0.5) * extent;
    float rim = radius > ${LEAST_RIMMED_RADIUS}.0 ? clamp(d - radius + 1.5, 0.0, 1.0) : 0.0;
    cover = clamp(radius - d + 0.5, 0.0, 1.0) * mix(colour.a, 1.0, rim * ${RIM_OPACITY});
    pixel = vec4(mix(colour.rgb, ink, rim * ${RIM_INK}) * cover, cover);
    return;
  } else if (extent >= 3.0) {
    float d = length(gl_PointCoord - 0.5) * extent;
    cover = clamp(radius - d + 0.5, 0.0, 1.0);
    if (hole > 0.0) cover *= clamp(d - hole + 0.5, 0.0, 1.0);
    if (cover < 0.1) discard;
  }
  pixel = vec4(colour.rgb * cover, cover);
}`;
