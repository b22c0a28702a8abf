import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'is a file: give a folder',
  ENOTDIR: 'lies below a file: give a folder',
  EACCES: 'is not for this user to read and write: give another folder, or change its rights',
  EPERM: 'is not for this user to read and write: give another folder, or change its rights',
  EROFS: 'lies on a file system that is read-only: give another folder',
  ENOSPC: 'cannot be made: no space is left on its disk',
};

/** A file by which the data of each engine are known. */
const marks = { DynamoDB: 'data/CURRENT', PostgreSQL: 'data/PG_VERSION' } as const;

/**
 * Makes the folder of an embedded engine where it is missing; answers its real path. Throws InputError when it cannot be
 * used, or is another engine's.
 */
export async function engineFolder(path: string, engine: keyof typeof marks): Promise<string> {
  const folder = await usableFolder(path);
  for (const [other, mark] of Object.entries(marks))
    if (other !== engine && (await isThere(join(folder, mark)))) {
      const message = `holds the data of an embedded ${other}: give ${engine} a folder of its own`;
      throw new InputError([{ field: folder, message }]);
    }
  return folder;
}

async function usableFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const message = reasons[code] ?? `cannot be used as the folder of an embedded engine (${code || String(cause)})`;
    throw new InputError([{ field: resolve(path), message }]);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
