import type { RunRecord } from '../../ledger/ledger.js';
import type { Dependencies } from '../dependencies.js';
import { exitCodes } from '../status/exit-codes.js';
import { runFailed } from './run-failed.js';
import { statusCommand } from './status-command.js';
import { tell } from './tell.js';
import { whatOf } from './tell-run.js';
import { toldError, type RecordedError } from './told-error.js';

/** A run that failed, as Abort tells of it. */
export interface ToldFailure {
  readonly id: string;
  readonly execution: string;
  readonly owner: string;
  /** As it was recorded before this call of Abort. */
  readonly run: RunRecord | undefined;
  readonly redrives: number;
  readonly error: RecordedError;
  readonly exitCode: number;
  /** ISO 8601. */
  readonly endedAt: string;
  /** Whether the service could not be asked to thaw; it may take long to learn that. */
  readonly notThawed: Promise<boolean>;
}

const goesOn = 'it goes on where it stopped';
const nextOf: Readonly<Record<number, string>> = {
  [exitCodes.differences]:
    'look at the keys that differ and mend their cause, then start it again with the same input: it validates anew',
  [exitCodes.badInput]: 'mend what the message names, then start it again',
  [exitCodes.locked]: 'wait for the end of the run that owns the database, then start it again with the same input',
};

/** Tells that a run failed, once a failure, however it came to Abort. Says nothing of a run that succeeded: then it is another of its name. */
export async function tellFailure(failure: ToldFailure, deps: Dependencies): Promise<void> {
  const { id, execution, owner, run, redrives } = failure;
  if (run?.status === 'succeeded') return;
  // One that was ended before stays what it was then.
  const recorded = run?.status === 'failed' && redrives === (run.redrives ?? 0) ? run : undefined;
  const { error = failure.error, exitCode = failure.exitCode, endedAt = failure.endedAt } = recorded ?? {};
  const command = statusCommand(id, deps.ledger);
  const make = async () => ({
    execution,
    what: whatOf(run ?? { input: null }),
    error: toldError(error, command),
    exitCode,
    mayBeFrozen: await soon(failure.notThawed, deps),
    command,
    next: nextOf[exitCode] ?? `mend the cause, then start it again with the same input: ${goesOn}`,
    at: endedAt,
  });
  await tell(runFailed, { run: id, owner, redrives }, make, deps);
}

/** What is not known soon may be so. */
async function soon(notThawed: Promise<boolean>, { project, settings, clock }: Dependencies): Promise<boolean> {
  if (project.thaw === undefined) return false;
  const known = new AbortController();
  const late = clock.sleep(settings.leaseMs / 12, known.signal).then(() => true);
  late.catch(() => undefined);
  try {
    return await Promise.race([notThawed, late]);
  } finally {
    known.abort();
  }
}
