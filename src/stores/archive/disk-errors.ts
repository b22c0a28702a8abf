import { InputError, StoreFullError, StoreUnavailableError } from '../../errors.js';

/** What only a person can mend. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'is not allowed to this user',
  EPERM: 'is not allowed to this user',
  EROFS: 'is not possible: its file system is read-only',
  ENOTDIR: 'is not possible: a file is where a folder should be',
  EISDIR: 'is not possible: a folder is where a file should be',
  ENAMETOOLONG: 'is not possible: its name is too long for this file system',
};

/** Where nothing more may be written. */
const withoutRoom: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'files may not become as large here: see "ulimit -f"',
};

/** The system's code of an error, such as ENOENT. (Not by `instanceof`: errors of Node's core may be of another realm.) */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * The error of the error set for a failed file operation: it names the file, so that a person knows which disk is full.
 * Only for operations that did nothing when they failed, or may be repeated: see `unsureError`.
 */
export function diskError(error: unknown, doing: string, file: string): Error {
  const code = codeOf(error);
  const refusal = code === undefined ? undefined : refusals[code];
  if (refusal !== undefined) return new InputError([{ field: file, message: `${doing} it ${refusal} (${code})` }]);
  const full = code === undefined ? undefined : withoutRoom[code];
  if (full !== undefined) return new StoreFullError(`${doing} ${file} failed: ${full} (${code})`, { cause: error });
  return unsureError(error, doing, file);
}

/** The same for an operation that may have been done all the same, so that somebody looks whether it was. */
export function unsureError(error: unknown, doing: string, file: string): StoreUnavailableError {
  return new StoreUnavailableError(`${doing} ${file} failed: ${codeOf(error) ?? String(error)}`, { cause: error });
}

/** Runs a file operation; a missing file gives undefined, every other failure a `diskError`. */
export async function unlessMissing<T>(doing: string, file: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw diskError(error, doing, file);
  }
}
