import { InputError, type Fault } from '../../src/errors.js';

/** So that a path fits into a key of the store, and a node of paths into an entry. */
const pathLimitBytes = 900;

/** 32 objects of a node stay below the 400 KB of an entry. */
export const objectLimitBytes = 8 * 1024;

/** Throws InputError for a name that is not made of 1 to 200 letters, digits, `-`, `_` and `.`. */
export function assertName(field: string, name: string): void {
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(name))
    refuse({ field, message: `"${name}" is not a name; it has 1 to 200 letters, digits, "-", "_" and "."` });
}

/** Throws InputError for a path that is empty, too long or not well-formed Unicode. */
export function assertPath(path: string): void {
  const sizeBytes = Buffer.byteLength(path);
  if (sizeBytes < 1 || sizeBytes > pathLimitBytes)
    refuse({ field: 'path', message: `it has ${sizeBytes} bytes; it may have 1 to ${pathLimitBytes}` });
  // Written as UTF-8, half of a character would become another one.
  if (!path.isWellFormed()) refuse({ field: 'path', message: 'it has half of a surrogate pair; it must be Unicode' });
}

/** Throws InputError for an object whose message is too large. */
export function assertObjectSize(sizeBytes: number): void {
  if (sizeBytes > objectLimitBytes)
    refuse({
      field: 'object',
      message: `path, address, checksum and metadata have ${sizeBytes} bytes; they may have ${objectLimitBytes}`,
    });
}

function refuse(fault: Fault): never {
  throw new InputError([fault]);
}
