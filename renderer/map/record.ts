import { CancelledError } from '../../engine/errors.ts';
import { nextTask } from './cell-grid.ts';

/*
 * Frames that are drawn one by one as a video or as pictures: each is finished before the next one begins, so that a slow
 * computer makes the same film, later.
 */

export interface Recording {
  /** pixels, both even */
  width: number;
  height: number;
  frames: number;
  /** frames a second */
  rate: number;
  /** all of a frame, on what the last one left */
  draw(context: CanvasRenderingContext2D, frame: number): void;
}

export interface RecordOptions {
  /** aborting it rejects with CancelledError */
  signal?: AbortSignal;
  /** 0 to 1 */
  onProgress?: (share: number) => void;
}

export interface Recorded {
  bytes: Uint8Array<ArrayBuffer>;
  /** of its file's name */
  extension: 'mp4' | 'webm' | 'zip';
}

/** H.264 first: slides and editors play it. The others are free of patents, and every browser has one of them. */
const CODECS = ['avc', 'vp9', 'vp8'] as const;
/** Bits a pixel and frame that keep dots and thin lines sharp. */
const BITS_A_PIXEL = 0.2;

/** Whether this platform can encode videos at all; else there are frames. */
export function canRecordVideo(): boolean {
  return 'VideoEncoder' in globalThis;
}

/** A video: MP4 where H.264 can be encoded, else WebM. */
export async function recordVideo(recording: Recording, options: RecordOptions = {}): Promise<Recorded> {
  // large, and seldom wanted
  const {
    BufferTarget,
    CanvasSource,
    getFirstEncodableVideoCodec,
    Mp4OutputFormat,
    Output,
    WebMOutputFormat,
  } = await import('mediabunny');
  const { width, height, rate } = recording;
  const bitrate = Math.round(BITS_A_PIXEL * width * height * rate);
  const codec = await getFirstEncodableVideoCodec([...CODECS], { width, height, bitrate });
  if (codec === null) throw new Error('this browser cannot encode a video of this size');
  const [canvas, context] = createSurface(recording);
  const format = codec === 'avc' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat();
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new CanvasSource(canvas, { codec, bitrate, latencyMode: 'quality' });
  output.addVideoTrack(source, { frameRate: rate });
  try {
    await output.start();
    for (let frame = 0; frame < recording.frames; frame++) {
      recording.draw(context, frame);
      await source.add(frame / rate, 1 / rate);
      await afterFrame(recording, frame, options);
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return { bytes: new Uint8Array(target.buffer!), extension: codec === 'avc' ? 'mp4' : 'webm' };
}

/** Each frame as a PNG, `frame-0001.png` and on, in a zip. */
export async function recordFrames(recording: Recording, options: RecordOptions = {}): Promise<Recorded> {
  const { Zip, ZipPassThrough } = await import('fflate');
  const [canvas, context] = createSurface(recording);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  });
  const digits = String(recording.frames).length;
  for (let frame = 0; frame < recording.frames; frame++) {
    recording.draw(context, frame);
    // a PNG is compressed already
    const file = new ZipPassThrough(`frame-${String(frame + 1).padStart(Math.max(4, digits), '0')}.png`);
    zip.add(file);
    file.push(await pngOf(canvas), true);
    await afterFrame(recording, frame, options);
  }
  zip.end();
  return { bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()), extension: 'zip' };
}

async function afterFrame({ frames }: Recording, frame: number, options: RecordOptions): Promise<void> {
  options.onProgress?.((frame + 1) / frames);
  // the page goes on meanwhile
  await nextTask();
  if (options.signal?.aborted) throw new CancelledError();
}

function createSurface({ width, height }: Recording): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return [canvas, canvas.getContext('2d')!];
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the browser could not make an image of this size');
  return new Uint8Array(await blob.arrayBuffer());
}
