import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What marks the fuses in Electron's binary; behind it the version of the wire, its length and one letter for each fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron 45 is delivered; '1' is on. */
const DELIVERED = '101000011';

const FRAMEWORK = 'Electron.app/Contents/Frameworks/Electron Framework.framework';
const HELPERS = ['', ' (Renderer)', ' (GPU)', ' (Plugin)'].map(
  (kind) => `Electron.app/Contents/Frameworks/Electron Helper${kind}.app/Contents`,
);
const INFO = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>Electron</string></dict></plist>
`;

/** What packaging looks at of Electron for three systems at once, without Electron itself. */
export function writeElectronStub(folder: string): void {
  const binary = Buffer.concat([
    Buffer.from(`stub ${SENTINEL}`),
    Buffer.from([1, DELIVERED.length]),
    Buffer.from(DELIVERED),
  ]);
  const files: Record<string, string | Buffer> = {
    LICENSE: 'of Electron',
    electron: binary,
    'electron.exe': binary,
    'locales/en-US.pak': '',
    'locales/de.pak': '',
    'Electron.app/Contents/Info.plist': INFO,
    'Electron.app/Contents/MacOS/Electron': binary,
    'Electron.app/Contents/Resources/en.lproj/locale.pak': '',
    [`${FRAMEWORK}/Electron Framework`]: binary,
    [`${FRAMEWORK}/Versions/A/Resources/en.lproj/locale.pak`]: '',
  };
  for (const helper of HELPERS) {
    files[`${helper}/Info.plist`] = INFO;
    files[`${helper}/MacOS/${helper.split('/').at(-2)!.replace('.app', '')}`] = binary;
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o755 });
  }
}

/** One letter for each fuse. */
export function fusesOf(binary: Buffer): string {
  const at = binary.indexOf(SENTINEL) + SENTINEL.length;
  return binary.toString('latin1', at + 2, at + 2 + binary[at + 1]!);
}
