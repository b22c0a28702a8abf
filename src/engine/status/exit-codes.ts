/** The exit codes of the command line; documented and stable. */
export const exitCodes = { done: 0, differences: 1, badInput: 2, failed: 3, locked: 4 } as const;

const byError: Readonly<Record<string, number>> = {
  ValidationFailedError: exitCodes.differences,
  InputError: exitCodes.badInput,
  DatabaseMovedError: exitCodes.badInput,
  LockHeldError: exitCodes.locked,
};

/** The exit code of a run that ended with an error of this name. */
export function exitCodeOf(errorName: string): number {
  return byError[errorName] ?? exitCodes.failed;
}
