const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `1.4 GB` */
export function fileSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : Number(size.toPrecision(2))} ${UNITS[unit]}`;
}
