/**
 * Where the build put what cannot be imported: worker entries and the WASM kernels.
 * Compiled code finds it beside itself; tests run the TypeScript sources and are sent to `dist/`.
 * @param path below `engine/`, e.g. `host/worker.js`
 */
export function builtUrl(path: string): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? `../dist/engine/${path}` : `./${path}`, import.meta.url);
}
