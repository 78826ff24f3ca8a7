import type { Arrows, Followed } from '../../engine/host/protocol.ts';
import { scatter } from '../map/scene.ts';

/* A branching time course with cells that are followed through it, for pages of tests and for the eye. */

export const DAYS = [0, 3, 6, 9, 12];
export const HELD_OUT = 2;

const uniform = (k: number) => (scatter(k + 1) + 0.5) / 2 ** 32;
const normal = (k: number) =>
  Math.sqrt(-2 * Math.log(uniform(2 * k))) * Math.cos(2 * Math.PI * uniform(2 * k + 1));

/** The middle of a branch at a share of the way. */
function middle(branch: number, u: number): [number, number] {
  const bend = Math.max(0, u - 0.35);
  return [8 * u + 0.6 * Math.sin(5 * u), (branch === 0 ? 1 : -1) * 6 * bend ** 1.3 + 1.2 * Math.sin(3 * u)];
}

export interface SyntheticCells {
  positions: Float32Array;
  /** index into DAYS */
  timepoint: Int32Array;
  branch: Int32Array;
}

export function realCells(n: number): SyntheticCells {
  const positions = new Float32Array(2 * n);
  const timepoint = new Int32Array(n);
  const branch = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    timepoint[i] = i % DAYS.length;
    branch[i] = uniform(7 * i + 1_000_003) < 0.5 ? 0 : 1;
    const [x, y] = middle(branch[i]!, DAYS[timepoint[i]!]! / 12 + 0.05 * normal(3 * i));
    positions.set([x + 0.35 * normal(3 * i + 1), y + 0.35 * normal(3 * i + 2)], 2 * i);
  }
  return { positions, timepoint, branch };
}

/** Cells of day 0 that grow on one branch and die out on the other. */
export function followedCells(count: number, frames = 60): Followed {
  const times = Array.from({ length: frames + 1 }, (_, t) => (12 * t) / frames);
  const size = times.length * count;
  const positions = new Float32Array(2 * size);
  const straight = {
    positions: new Float32Array(2 * size),
    cellDistance: new Float32Array(size),
    jumps: null,
  };
  const mass = new Float32Array(size);
  const cellDistance = new Float32Array(size);
  const spread = new Float32Array(size);
  for (let i = 0; i < count; i++) {
    const branch = i % 2;
    const off = [0.35 * normal(2 * i + 500), 0.35 * normal(2 * i + 501)];
    const placeAt = (u: number) => middle(branch, u).map((value, c) => value + off[c]! * (1 + u));
    for (const [t, time] of times.entries()) {
      const k = t * count + i;
      const u = time / 12;
      positions.set(placeAt(u), 2 * k);
      const day = Math.min(3, Math.floor(time / 3));
      const share = (time - DAYS[day]!) / 3;
      const [a, b] = [placeAt(DAYS[day]! / 12), placeAt(DAYS[day + 1]! / 12)];
      straight.positions.set(
        a.map((value, c) => value + (b[c]! - value) * share),
        2 * k,
      );
      mass[k] = Math.exp((branch === 0 ? 1.6 : -1.2) * u);
      cellDistance[k] =
        0.35 + 0.3 * Math.abs(off[0]!) + 0.5 * Math.sin(Math.PI * share) ** 2 * (day === 1 ? 1.2 : 0.4);
      straight.cellDistance[k] = cellDistance[k]! + 0.8 * Math.sin(Math.PI * share) ** 2;
      spread[k] = 0.1 + u * Math.abs(off[1]!);
    }
  }
  return {
    cells: Int32Array.from({ length: count }, (_, i) => DAYS.length * i),
    times,
    positions,
    mass,
    cellDistance,
    spread,
    straight,
    jumps: null,
    finished: true,
  };
}

export function gridArrows(side = 20): Arrows {
  const positions: number[] = [];
  const directions: number[] = [];
  const counts: number[] = [];
  for (let c = 0; c < side; c++) {
    for (let r = 0; r < side; r++) {
      const [x, y] = [(9 * (c + 0.5)) / side, -5 + (10 * (r + 0.5)) / side];
      const u = x / 8;
      const near = [0, 1].map((branch) => Math.abs(y - middle(branch, u)[1]));
      const branch = near[0]! < near[1]! ? 0 : 1;
      const cells = Math.round(40 * Math.exp(-((near[branch]! / 0.7) ** 2)));
      if (cells === 0) continue;
      const [ahead, here] = [middle(branch, u + 0.01), middle(branch, u)];
      positions.push(x, y);
      directions.push((ahead[0] - here[0]) / 0.12, (ahead[1] - here[1]) / 0.12);
      counts.push(cells);
    }
  }
  return {
    positions: Float32Array.from(positions),
    directions: Float32Array.from(directions),
    counts: Int32Array.from(counts),
  };
}
