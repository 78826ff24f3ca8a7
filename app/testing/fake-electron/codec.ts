/*
 * Typed arrays and buffers in JSON, much faster than Playwright's element by element. Both functions also run inside the
 * page, from their text: they use nothing outside of themselves.
 */

export function encode(value: unknown): string {
  const toBase64 = (bytes: Uint8Array) => {
    let binary = '';
    for (let i = 0; i < bytes.length; i += 32_768) {
      binary += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    }
    return btoa(binary);
  };
  // a Buffer of Node arrives as the Uint8Array that it is
  const arrayName = (v: ArrayBufferView) =>
    v.constructor.name === 'Buffer' ? 'Uint8Array' : v.constructor.name;
  const walk = (v: unknown): unknown => {
    if (v instanceof ArrayBuffer) return { $array: 'ArrayBuffer', base64: toBase64(new Uint8Array(v)) };
    if (ArrayBuffer.isView(v)) {
      const bytes = new Uint8Array(v.buffer, v.byteOffset, v.byteLength);
      return { $array: arrayName(v), base64: toBase64(bytes) };
    }
    if (Array.isArray(v)) return v.map(walk);
    if (typeof v === 'number' && !Number.isFinite(v)) return { $number: String(v) };
    if (typeof v !== 'object' || v === null) return v;
    return Object.fromEntries(Object.entries(v).map(([key, item]) => [key, walk(item)]));
  };
  return JSON.stringify({ value: walk(value) });
}

export function decode(text: string): unknown {
  const fromBase64 = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const walk = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(walk);
    if (typeof v !== 'object' || v === null) return v;
    const { $array, base64, $number } = v as { $array?: string; base64?: string; $number?: string };
    if ($number !== undefined) return Number($number);
    if ($array !== undefined && base64 !== undefined) {
      const { buffer } = fromBase64(base64);
      if ($array === 'ArrayBuffer') return buffer;
      return new (globalThis as unknown as Record<string, new (b: ArrayBuffer) => unknown>)[$array]!(buffer);
    }
    return Object.fromEntries(Object.entries(v).map(([key, item]) => [key, walk(item)]));
  };
  return walk((JSON.parse(text) as { value?: unknown }).value);
}
