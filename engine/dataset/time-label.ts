/** A label read as a time. */
export interface ParsedTime {
  /** as it is shown: plain numbers in their shortest form, other texts as they are */
  label: string;
  time: number;
  /** the words around the number, see timeUnit */
  unit: string;
}

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
// a minus is a sign at the start or after a space; in `day-7` it joins
const CARRIED = /(?:(?<=^|\s)-)?(?:\d+(?:\.\d+)?|\.\d+)/g;

/** The time that a label is or carries (`2`, `10.5`, `day 7`, `D2`, `E8.5`, `24h`); undefined unless there is just one. */
export function parseTime(text: string): ParsedTime | undefined {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) {
    const time = Number(trimmed);
    return Number.isFinite(time) ? { label: shortestText(time), time, unit: '' } : undefined;
  }
  const numbers = trimmed.match(CARRIED);
  if (numbers?.length !== 1) return undefined;
  return { label: trimmed, time: Number(numbers[0]), unit: timeUnit(trimmed) };
}

/** What is left of a label without its number: lower-case letters, e.g. `day` of `Day 07`; empty for a plain number. */
export function timeUnit(label: string): string {
  const trimmed = label.trim();
  return PLAIN.test(trimmed)
    ? ''
    : trimmed
        .replace(CARRIED, '')
        .toLowerCase()
        .replace(/[^\p{L}]/gu, '');
}

/** Whether two units are the same but for a plural: `1 day`, `2 days`. */
export function unitsAgree(a: string, b: string): boolean {
  return a === b || `${a}s` === b || a === `${b}s`;
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
