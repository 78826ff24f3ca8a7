const [NEWLINE, SPACE, PLUS, MINUS, POINT, ZERO] = [10, 32, 43, 45, 46, 48] as const;
/** Up to here a quotient with a power of ten is rounded once only, so it is the nearest number. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: 23 }, (_, e) => Number(`1e${e}`));

/** A place in a text of whole lines. */
export interface Scan {
  at: number;
}

/** Moves to the next thing of the line, or to its end; tabs, returns and the like count as spaces. */
export function skipBlanks(bytes: Uint8Array, scan: Scan): void {
  let p = scan.at;
  while (bytes[p]! <= SPACE && bytes[p] !== NEWLINE) p++;
  scan.at = p;
}

/** The whole number that comes next in the line; −1: there is none. */
export function scanWhole(bytes: Uint8Array, scan: Scan): number {
  skipBlanks(bytes, scan);
  const start = scan.at;
  let p = start;
  let value = 0;
  let digit = bytes[p]! - ZERO;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = bytes[++p]! - ZERO;
  }
  scan.at = p;
  return p > start && bytes[p]! <= SPACE ? value : -1;
}

/** The number that comes next in the line; NaN: none that is finite. */
export function scanNumber(bytes: Uint8Array, scan: Scan): number {
  skipBlanks(bytes, scan);
  const start = scan.at;
  const whole = scanWhole(bytes, scan);
  // most of what there is
  if (whole >= 0 && whole < 1e15) return whole;
  scan.at = start;
  return scanDecimal(bytes, scan);
}

function scanDecimal(bytes: Uint8Array, scan: Scan): number {
  const start = scan.at;
  let p = start;
  const negative = bytes[p] === MINUS;
  if (negative || bytes[p] === PLUS) p++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let point = false;
  for (; bytes[p]! > SPACE; p++) {
    const digit = bytes[p]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (point) scale++;
    } else if (bytes[p] === POINT && !point) point = true;
    else break;
  }
  const complete = bytes[p]! <= SPACE;
  while (bytes[p]! > SPACE) p++;
  scan.at = p;
  if (complete && digits > 0 && digits <= EXACT_DIGITS)
    return (negative ? -mantissa : mantissa) / POWERS[scale]!;
  return numberOf(Buffer.from(bytes.subarray(start, p)).toString('latin1'));
}

function numberOf(text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
