import type { Dependencies } from '../dependencies.js';
import { abort, RunFailedError, type CaughtError } from './abort.js';

/** How Step Functions says that an execution ended badly. */
export const badEnds = ['FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/** An execution that ended, as its status tells: no state of it may have had a word. */
export interface ExecutionEnd {
  readonly execution: string;
  readonly status: (typeof badEnds)[number];
  /** How often it had been redriven until then. */
  readonly redrives: number;
  /** What it failed with, where Step Functions says so. */
  readonly error?: string | null | undefined;
  readonly cause?: string | null | undefined;
}

/**
 * Does for an execution that ended badly what its Abort does, where that was not reached or did not come to its end: one that was
 * stopped, ran out of its time, or failed in a way that no Catch sees. For one that Abort has ended it changes nothing; one
 * that was redriven since is left alone.
 */
export async function endExecution({ execution, redrives, ...end }: ExecutionEnd, deps: Dependencies): Promise<void> {
  try {
    await abort({ execution, redrives, error: errorOf(end), ended: true }, deps);
  } catch (error) {
    // It is recorded; nobody waits for this call to fail.
    if (!(error instanceof RunFailedError)) throw error;
  }
}

function errorOf({ status, error, cause }: Pick<ExecutionEnd, 'status' | 'error' | 'cause'>): CaughtError {
  const again = 'start it again with the same input, and it goes on';
  if (status === 'ABORTED') return { Error: 'ExecutionStopped', Cause: `the execution was stopped by hand: ${again}` };
  if (status === 'TIMED_OUT')
    return { Error: 'ExecutionTimedOut', Cause: `the execution ran out of its time: ${again}` };
  return { Error: error ?? 'ExecutionFailed', Cause: cause ?? `the execution failed: ${again}` };
}
