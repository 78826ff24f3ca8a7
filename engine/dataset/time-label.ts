/** A label read as a time. */
export interface ParsedTime {
  /** as it is shown: plain numbers in their shortest form, other texts as they are */
  label: string;
  /** of a range its middle */
  time: number;
  /** the words around the number, see timeUnit */
  unit: string;
  /** the label covers a range, e.g. `Day 00-03` */
  range: boolean;
}

/** Units that times are shown in; empty: not known. */
export type DisplayUnit = 'minute' | 'hour' | 'day' | 'week' | '';

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
// a minus is a sign at the start or after a space; in `day-7` it joins
const CARRIED = /(?:(?<=^|\s)-)?(?:\d+(?:\.\d+)?|\.\d+)/g;
/** `00-03`, `0 to 3`, `E8.5-E9` */
const RANGE = /(\d+(?:\.\d+)?)\s*(?:-|–|—|to)\s*\p{L}{0,4}\s*(\d+(?:\.\d+)?)/iu;

/**
 * The time that a label is or carries (`2`, `10.5`, `day 7`, `D2`, `E8.5`, `24h`, `Day 00-03`); undefined unless there
 * is one number, or one ascending range.
 */
export function parseTime(text: string): ParsedTime | undefined {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) {
    const time = Number(trimmed);
    return Number.isFinite(time) ? { label: shortestText(time), time, unit: '', range: false } : undefined;
  }
  const numbers = trimmed.match(CARRIED);
  const unit = timeUnit(trimmed);
  if (numbers?.length === 1) return { label: trimmed, time: Number(numbers[0]), unit, range: false };
  const range = RANGE.exec(trimmed);
  if (numbers?.length !== 2 || range === null) return undefined;
  const [from, to] = [Number(range[1]), Number(range[2])];
  return from < to ? { label: trimmed, time: (from + to) / 2, unit, range: true } : undefined;
}

/**
 * What is left of a label without its number: lower-case letters, e.g. `day` of `Day 07`; empty for a plain number.
 * Of a range the words before its second part count once.
 */
export function timeUnit(label: string): string {
  const trimmed = label.trim();
  if (PLAIN.test(trimmed)) return '';
  return trimmed
    .replace(RANGE, '$1')
    .replace(CARRIED, '')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');
}

/** Whether two units are the same but for a plural: `1 day`, `2 days`. */
export function unitsAgree(a: string, b: string): boolean {
  return a === b || `${a}s` === b || a === `${b}s`;
}

/** What the words around a number mean as a unit. `E8.5` and `P0` count days, from different events. */
export function displayUnit(words: string): DisplayUnit {
  if (/^(min|mins|minutes?)$/.test(words)) return 'minute';
  if (/^(h|hrs?|hours?|hp[fia])$/.test(words)) return 'hour';
  if (/^(d|days?|dp[fia]|e|p|collectionday)$/.test(words)) return 'day';
  if (/^(w|wk|wks|weeks?|wp[fia]|pcw|gw)$/.test(words)) return 'week';
  return '';
}

const MINUTES: Record<Exclude<DisplayUnit, ''>, number> = { minute: 1, hour: 60, day: 1440, week: 10_080 };
/**
 * Words that are a unit, with the event that it counts from where they name one (`hpf`: fertilisation, `dpi`: infection).
 * Times from one event can be converted into one another.
 */
const CONVERTIBLE = /^(?:min|mins|minutes?|h|hrs?|hours?|d|days?|w|wk|wks|weeks?|[hdw](p[fia]))$/;

/** Times of known, different units in the largest of them; undefined unless all are units from one event. */
export function convertUnits(
  times: readonly Pick<ParsedTime, 'time' | 'unit'>[],
): { times: number[]; unit: DisplayUnit } | undefined {
  const worded = times.filter(({ unit, time }) => unit !== '' || time !== 0);
  const matches = worded.map(({ unit }) => CONVERTIBLE.exec(unit));
  if (!matches.every((match) => match !== null && match[1] === matches[0]![1])) return undefined;
  const units = times.map(({ unit }) => displayUnit(unit));
  const known = units.filter((unit) => unit !== '');
  const largest = known.reduce((a, b) => (MINUTES[a] >= MINUTES[b] ? a : b));
  return {
    unit: largest,
    times: times.map(({ time }, i) => {
      const unit = units[i]!;
      return unit === '' ? 0 : (time * MINUTES[unit]) / MINUTES[largest];
    }),
  };
}

/** The shortest text that means the number: `2`, not `2.0`. @param single the number is a 32-bit float */
export function shortestText(value: number, single = false): string {
  if (single) {
    for (let digits = 1; digits <= 9; digits++) {
      const text = String(Number(value.toPrecision(digits)));
      if (Math.fround(Number(text)) === value) return text;
    }
  }
  return String(Object.is(value, -0) ? 0 : value);
}
