/*
 * Draws icon.png, icon.ico, icon.icns and linux/ from icon.svg, and from the small icon of the interface for the smallest sizes, in the
 * browser of the tests: node app/icons/draw.mjs. What it draws is committed, since packaging must not depend on it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';

const at = (path) => new URL(path, import.meta.url);
const LARGE = readFileSync(at('icon.svg'), 'utf8');
const SMALL = readFileSync(at('../../renderer/styles/icon.svg'), 'utf8');
const SMALL_UP_TO = 32;
const WINDOWS = [16, 24, 32, 48, 64, 128, 256];
const LINUX = [16, 32, 48, 64, 128, 256, 512];
/** Kinds of pictures in an .icns, by their size in pixels. */
const APPLE = {
  icp4: 16,
  icp5: 32,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024,
  ic11: 32,
  ic12: 64,
  ic13: 256,
  ic14: 512,
};

const browser = await driver.launch({ executablePath: await chromium.executablePath(), args: chromium.args });
const page = await browser.newPage();
const pictures = new Map();
for (const size of new Set([...WINDOWS, ...LINUX, ...Object.values(APPLE)])) {
  await page.setViewportSize({ width: size, height: size });
  const svg = size <= SMALL_UP_TO ? SMALL : LARGE;
  await page.setContent(
    `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  pictures.set(size, await page.screenshot({ omitBackground: true }));
}
await browser.close();

mkdirSync(at('linux'), { recursive: true });
for (const size of LINUX) writeFileSync(at(`linux/${size}x${size}.png`), pictures.get(size));
writeFileSync(at('icon.ico'), ico());
writeFileSync(at('icon.icns'), icns());

/** A header, an entry of 16 bytes for each picture, the pictures. */
function ico() {
  const header = Buffer.alloc(6 + 16 * WINDOWS.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(WINDOWS.length, 4);
  let offset = header.length;
  WINDOWS.forEach((size, k) => {
    const entry = header.subarray(6 + 16 * k);
    const { length } = pictures.get(size);
    // 0 means 256
    entry.writeUInt8(size % 256, 0);
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += length;
  });
  return Buffer.concat([header, ...WINDOWS.map((size) => pictures.get(size))]);
}

function icns() {
  const chunk = (kind, content) => {
    const header = Buffer.alloc(8);
    header.write(kind, 'latin1');
    header.writeUInt32BE(8 + content.length, 4);
    return Buffer.concat([header, content]);
  };
  const chunks = Object.entries(APPLE).map(([kind, size]) => chunk(kind, pictures.get(size)));
  return chunk('icns', Buffer.concat(chunks));
}
