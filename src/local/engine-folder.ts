import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'is a file: give a folder',
  ENOTDIR: 'lies below a file: give a folder',
  EACCES: 'is not for this user to read and write: give another folder, or change its rights',
  EPERM: 'is not for this user to read and write: give another folder, or change its rights',
  EROFS: 'lies on a file system that is read-only: give another folder',
  ENOSPC: 'cannot be made: no space is left on its disk',
};

/** Makes the folder of an embedded engine where it is missing; answers its real path. Throws InputError when it cannot be used. */
export async function engineFolder(path: string): Promise<string> {
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
