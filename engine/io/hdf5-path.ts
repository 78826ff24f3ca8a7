import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { InputError } from '../errors.ts';

/** An InputError for what the operating system said about a path. */
export function pathError(path: string, doing: 'opened' | 'written', error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const [found, action] = {
    ENOENT: [doing === 'written' ? 'no such folder' : 'nothing there', 'Check the spelling and the folder.'],
    ENOTDIR: ['a part of the path is not a folder', 'Check the spelling and the folder.'],
    EACCES: ['no permission', 'Change the permissions, or use another place.'],
    EPERM: ['no permission', 'Change the permissions, or use another place.'],
    EROFS: ['a read-only disk', 'Use a place that can be written.'],
    EISDIR: ['a folder', 'Name a file.'],
    ENOSPC: ['a full disk', 'Free some space, or use another disk.'],
  }[code] ?? [`the system's error ${code}`, 'Check that the disk is there and works.'];
  return new InputError(`The file cannot be ${doing}.`, { file: path, found, action }, error);
}

/** @throws InputError: missing, a folder, empty, not readable by this user, without the HDF5 signature */
export function checkIsHdf5(path: string): void {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new InputError(
        'There is no such file.',
        { file: path, expected: 'an h5ad file', action: 'Check the spelling and the folder.' },
        error,
      );
    throw pathError(path, 'opened', error);
  }
  const place = { file: path, expected: 'an h5ad file' };
  if (!stats.isFile())
    throw new InputError('This is not a file.', {
      ...place,
      found: stats.isDirectory() ? 'a folder' : 'a device or a pipe',
      action: 'Name the h5ad file itself.',
    });
  if (stats.size === 0)
    throw new InputError('The file is empty.', {
      ...place,
      found: '0 bytes',
      action: 'Copy or download it again.',
    });
  if (!hasSignature(path, stats.size))
    throw new InputError('This is not an HDF5 file.', {
      ...place,
      found: 'a file without the HDF5 signature',
      action: 'Name an .h5ad file; unpack it first if it is compressed (.gz, .zip).',
    });
}

/** The signature lies at 0, or behind a user block at 512, 1024, 2048, … */
function hasSignature(path: string, size: number): boolean {
  const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw pathError(path, 'opened', error);
  }
  try {
    const start = Buffer.alloc(signature.length);
    for (let offset = 0; offset < size; offset = offset === 0 ? 512 : offset * 2) {
      readSync(descriptor, start, 0, start.length, offset);
      if (start.equals(signature)) return true;
    }
    return false;
  } catch (error) {
    throw pathError(path, 'opened', error);
  } finally {
    closeSync(descriptor);
  }
}
