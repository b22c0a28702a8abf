import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { InputError, type Fault } from '../errors.js';

/**
 * Writes files into a folder, which is made when it is not there. Throws InputError, before anything is written, that names
 * all files that are in the way: none is ever overwritten.
 */
export async function writeNewFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const paths = Object.keys(files).map((file) => join(folder, file));
  const inTheWay: string[] = [];
  for (const path of paths) if (await isThere(path)) inTheWay.push(path);
  if (inTheWay.length > 0) throw new InputError(inTheWay.map(fault));
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    try {
      await mkdir(dirname(path), { recursive: true });
      // Fails for a file that somebody else has made meanwhile.
      await writeFile(path, text, { flag: 'wx' });
    } catch (error) {
      throw new InputError([writeFault(path, error)]);
    }
  }
}

function fault(path: string): Fault {
  const message = 'is there already and stays as it is: move it away, or give another folder or name';
  return { field: relative(process.cwd(), path), message };
}

function writeFault(path: string, error: unknown): Fault {
  const { code, syscall, message: reason } = error as NodeJS.ErrnoException;
  // Of a folder it says that a file is in its place.
  if (code === 'EEXIST' && syscall === 'open') return fault(path);
  return { field: relative(process.cwd(), path), message: `cannot be written: ${reason}` };
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
