import { inkOf } from '../../engine/figures/figure.ts';
import type { Map3dInput, Map3dPredicted } from '../../engine/figures/map-3d.ts';
import { timepointLabel, timepointList } from '../../engine/figures/words.ts';
import type { FitState, Followed, TrainingProgress } from '../../engine/host/protocol.ts';
import type { Emphasis } from '../map/cell-map.ts';
import type { OverlayKey } from '../map/export-sheet.ts';
import type { Film } from '../map/film.ts';
import { joinLines } from '../map/join-lines.ts';
import { distanceCurve, emphasisAt, type PointsAlong, pointsAlong } from '../map/journey.ts';
import { predicted3d, straight3d, ways3d } from '../map/journey-3d.ts';
import {
  type AlongBy,
  type ColoursAlong,
  coloursAlong,
  overlayKey,
  pointOpacity,
  withOpacity,
} from '../map/journey-colours.ts';
import { arrowLines, straightLines, tornLines, wayLines } from '../map/journey-lines.ts';
import type { Lines, Points } from '../map/scene.ts';
import { timeWords } from '../map/time-axis.ts';
import type { Theme } from './appearance.svelte.ts';
import type { View } from './choices.ts';
import { colourWords } from './colour-words.ts';
import type { Session } from './session.svelte.ts';

/** More lines hide each other. */
const MOST_WAYS = 150;
const MOST_STRAIGHT = 40;
/** How much cells stand out behind lines of the same colours. */
const BEHIND_LINES = 0.3;

/** What of a run lies over the cells of the map: nothing where none is looked at, or the map shows another view than they were followed on. */
export class JourneyLayers {
  readonly #session: Session;
  readonly #theme: () => Theme;

  constructor(session: Session, theme: () => Theme) {
    this.#session = session;
    this.#theme = theme;
  }

  /** where the cells are, on the view that is shown */
  readonly frames = $derived.by((): Followed | null => {
    const { journey, positions } = this.#session;
    const fits =
      positions !== null && journey.framesView !== null && sameView(positions.view, journey.framesView);
    return journey.onMap && fits ? journey.frames : null;
  });
  readonly colours = $derived.by((): ColoursAlong | null => {
    const { frames } = this;
    if (frames === null) return null;
    return (
      coloursAlong(frames, this.#by(), this.#theme()) ?? coloursAlong(frames, this.#byTime(), this.#theme())
    );
  });
  readonly lines = $derived.by((): Lines | null => this.#preview() ?? this.#ways());
  readonly points = $derived.by((): Points | null => {
    const { time } = this.#session.journey;
    return this.#along?.at(time) ?? null;
  });
  readonly arrows = $derived.by((): Lines | null => {
    const { arrows, choices } = this.#session.journey;
    return this.frames && choices.arrows && arrows ? arrowLines(arrows, this.#ink()) : null;
  });
  /** real cells stand out when their time has come, and stand back where lines alone lie over them */
  readonly emphasis = $derived.by((): Emphasis | null => {
    const { journey, timepoints } = this.#session;
    if (!timepoints || (this.frames === null && this.previewed === null)) return null;
    const groups = timepoints.cellTimepoint;
    if (this.frames !== null && journey.choices.predicted)
      return { groups, weights: emphasisAt(timepoints.times, journey.time) };
    const hasLines = this.frames === null || journey.choices.trajectories || journey.choices.straight;
    return hasLines ? { groups, weights: timepoints.times.map(() => BEHIND_LINES) } : null;
  });
  readonly hollow = $derived.by((): Uint8Array | null =>
    this.#session.journey.onMap ? this.#session.journey.rings : null,
  );
  /** what rings on the map stand for */
  readonly ringsMean = $derived.by((): string => {
    const { heldOut } = this.#session.journey;
    return `real cells of ${timepointList(heldOut, this.#unit() || undefined)}, held out`;
  });
  readonly overlay = $derived.by((): OverlayKey | null => {
    const { journey } = this.#session;
    return this.#overlay(`predicted cells at ${timeWords(journey.axis, journey.time, this.#unit())}`);
  });
  /** what lies in the space of three components among the cells, whatever the time */
  readonly inSpace = $derived.by((): Pick<Map3dInput, 'ways' | 'standBack'> => {
    const { frames, colours } = this;
    if (frames === null || colours === null) return {};
    const { trajectories, straight, predicted } = this.#session.journey.choices;
    const way = straight
      ? straight3d(frames, spread(frames.cells.length, MOST_STRAIGHT), inkOf(this.#theme()).text)
      : null;
    const ways = [
      ...(trajectories ? [ways3d(frames, spread(frames.cells.length, MOST_WAYS), colours)] : []),
      ...(way ? [way] : []),
    ];
    return { ways, standBack: ways.length > 0 || predicted };
  });
  readonly predictedInSpace = $derived.by((): Map3dPredicted | null => {
    const { frames, colours } = this;
    const { choices, time } = this.#session.journey;
    if (frames === null || colours === null || !choices.predicted) return null;
    return predicted3d(frames, time, colours, 'predicted cells');
  });
  readonly distance = $derived.by(() => this.frames && distanceCurve(this.frames));

  /** The way through time as a film, with buffers of its own; null: nothing is followed. */
  film(): Film | null {
    const { journey, timepoints } = this.#session;
    const along = this.#makeAlong();
    if (this.frames === null || !this.overlay) return null;
    const { rows } = this.overlay;
    const [from, to] = journey.range;
    return {
      timepoints: journey.axis,
      unit: this.#unit(),
      from,
      to,
      pointsAt: (time) => along?.at(time) ?? null,
      emphasisAt: (time) =>
        timepoints && along
          ? { groups: timepoints.cellTimepoint, weights: emphasisAt(timepoints.times, time) }
          : null,
      overlay: {
        ...this.overlay,
        // the time is said below
        rows: rows
          .filter(({ kind }) => kind !== 'arrow')
          .map((row) => (row.name.startsWith('predicted cells') ? { ...row, name: 'predicted cells' } : row)),
      },
    };
  }

  readonly #along = $derived.by(() => this.#makeAlong());

  #makeAlong(): PointsAlong | null {
    const { frames, colours } = this;
    if (frames === null || colours === null || !this.#session.journey.choices.predicted) return null;
    const palette = withOpacity(colours.palette, pointOpacity(frames.cells.length));
    return pointsAlong(frames, { entries: colours.entries, palette });
  }

  #overlay(points: string): OverlayKey | null {
    const { choices } = this.#session.journey;
    const { frames, colours } = this;
    if (frames === null || colours === null) return null;
    const facts = {
      colours,
      points: choices.predicted ? points : null,
      grows: frames.mass !== null,
      lines: choices.trajectories,
      // in space they are drawn as the others are
      fades: this.#session.journey.framesView?.components.length === 2,
      torn: choices.trajectories && frames.jumps?.includes(1) === true,
      straight: choices.straight && frames.straight !== null,
      arrows: this.arrows !== null,
    };
    return overlayKey(facts, this.#theme());
  }

  #ways(): Lines | null {
    const { frames, colours } = this;
    const { trajectories, straight } = this.#session.journey.choices;
    if (frames === null || colours === null) return null;
    const chosen = spread(frames.cells.length, MOST_WAYS);
    return joinLines([
      straight ? straightLines(frames, spread(frames.cells.length, MOST_STRAIGHT), this.#ink()) : null,
      trajectories ? tornLines(frames, chosen, colours) : null,
      trajectories ? wayLines(frames, chosen, colours) : null,
    ]);
  }

  /** The fit of a training whose trajectories are shown as they are by now. */
  readonly previewed = $derived.by((): FitState | null => {
    const { training } = this.#session;
    return this.#seenPreview && (training.fits[this.#seenPreview.fit] ?? null);
  });
  readonly #seenPreview = $derived.by(() => {
    const { training, positions } = this.#session;
    const { preview } = training;
    if (!preview || !positions || !training.running) return null;
    return sameView(positions.view, { embedding: preview.embedding, components: [0, 1] }) ? preview : null;
  });

  #preview(): Lines | null {
    const preview = this.#seenPreview;
    if (!preview) return null;
    const followed = asFollowed(preview);
    const colours = coloursAlong(followed, this.#byTime(preview.times), this.#theme());
    return colours && wayLines(followed, spread(followed.cells.length, MOST_WAYS), colours);
  }

  #by(): AlongBy {
    const { journey, colouring, colouredBy } = this.#session;
    const { colour } = journey.choices;
    if (colour === 'mass') return { kind: 'growth' };
    if (colour === 'uncertainty') return { kind: 'uncertainty' };
    if (colour === 'start' && colouring?.kind === 'categories')
      return { kind: 'categories', title: colourWords(colouredBy), of: colouring };
    return this.#byTime();
  }

  #byTime(times: readonly number[] = this.#session.journey.timepoints?.times ?? [0, 1]): AlongBy {
    return { kind: 'time', range: [times[0]!, times.at(-1)!], title: this.#unit() || 'time' };
  }

  #unit(): string {
    return this.#session.timepoints?.unit ?? '';
  }

  #ink(): [number, number, number] {
    const { text } = inkOf(this.#theme());
    return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as [number, number, number];
  }

  /** What is known of the held-out timepoints, for the scrubber: the distance of the first method beside straight paths. */
  readonly scores = $derived.by((): { time: number; text: string }[] => {
    const { results } = this.#session.journey;
    if (!results) return [];
    const { timepoints, metrics, info } = results;
    return timepoints.labels.flatMap((label, k) => {
      const of = (method: string | undefined) =>
        metrics.summary.find((row) => row.method === method && row.heldOut === label)?.w1Mean ?? null;
      const [own, straight] = [of(info.experiment.methods[0]), of('ot-cfm')];
      if (own === null) return [];
      const beside =
        straight === null || info.experiment.methods[0] === 'ot-cfm'
          ? ''
          : ` (straight ${straight.toPrecision(3)})`;
      return [
        {
          time: timepoints.times[k]!,
          text: `W1 at ${timepointLabel(label, timepoints.unit || undefined)}: ${own.toPrecision(3)}${beside}`,
        },
      ];
    });
  });
}

const sameView = (a: View, b: View) =>
  a.embedding === b.embedding && a.components.join() === b.components.join();

/** At most so many, evenly. */
function spread(count: number, most: number): Uint32Array {
  const n = Math.min(count, most);
  return Uint32Array.from({ length: n }, (_, k) => Math.floor((k * count) / n));
}

/** A preview is far from no cell, as far as it knows. */
function asFollowed({ times, positions }: NonNullable<TrainingProgress['preview']>): Followed {
  const count = positions.length / (2 * times.length);
  return {
    cells: Int32Array.from({ length: count }, (_, k) => k),
    times,
    positions,
    mass: null,
    cellDistance: new Float32Array(times.length * count),
    spread: null,
    straight: null,
    jumps: null,
    finished: true,
  };
}
