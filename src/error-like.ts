/**
 * Whether this is an error, by its structure: errors of Node's core and of aborted signals may come from another realm
 * than the module that looks at them, and are no instance of its Error then.
 */
export function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'name' in error && 'message' in error;
}
