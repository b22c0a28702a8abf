import { StoreUnavailableError } from '../../errors.js';
import { holdLease, type HeldLease } from '../../kv/lease.js';
import type { Migration, MigrationContext } from '../../migrations/migration.js';
import type { Settings } from '../../settings.js';
import type { Fence, Store } from '../../stores/store.js';
import { stateFence, stateLeaseCell } from '../../versions/state-entry.js';
import { attemptRecord } from '../attempts/attempt-record.js';
import type { Call, Dependencies, RunState } from '../dependencies.js';
import { sharedLease } from '../leases/shared-lease.js';
import { openTask } from '../tasks/open-task.js';
import type { Task } from '../tasks/task.js';
import type { ExecutionInput } from './execution-input.js';
import { runInput } from './run-input.js';

/** A run as one call works on it: its task, and the lease that it holds on the store that the task is at home in. */
export interface OpenRun {
  readonly run: RunState;
  readonly input: ExecutionInput;
  readonly task: Task;
  readonly migration: Migration;
  readonly home: Store;
  readonly settings: Settings;
  readonly held: HeldLease;
  readonly context: MigrationContext;
  /** The call's time is nearly over. */
  ending(): boolean;
}

/** How much of a call's time is kept for coming to a safe point: a quarter, half a minute at most. */
const endingShare = 0.25;
export const endingAtMostMs = 30_000;
/** Nothing is sent in the last part of a call, nor in less than a request's time before its end. */
const sendingShare = 0.1;

/**
 * Opens a run for one call of a step. Throws LeaseLostError when the run no longer owns its home, so that a step that is
 * called late does nothing.
 */
export async function openRun(run: RunState, deps: Dependencies, call: Call): Promise<OpenRun> {
  const input = await runInput(deps.ledger, run.id);
  const task = await openTask(run, input, deps);
  const { home, settings, migration } = task;
  const held = holdHome(run, home, settings, deps);
  await held.keep();
  const marginMs = Math.min(call.remainingMs() * endingShare, endingAtMostMs);
  const ending = (): boolean => call.remainingMs() < marginMs;
  const fence = callFence(stateFence(held), call, settings);
  const context: MigrationContext = {
    home,
    settings,
    attempt: run.attempt,
    ledger: deps.ledger,
    clock: deps.clock,
    fence,
    fenceFor: (store) => (store === home ? fence : { ...fence, elsewhere: true }),
    // Where rounds are of no use, asking for their number would be one more request for each call.
    round: migration.judge === undefined ? 0 : (await attemptRecord(deps.ledger, run.attempt)).round,
    ending,
  };
  return { run, input, task, migration, home, settings, held, context, ending };
}

/** The lease on its home, which this run was given. */
export function holdHome(
  run: Pick<RunState, 'id' | 'owner' | 'token'>,
  home: Store,
  { leaseMs: durationMs, requestTimeoutMs }: Settings,
  deps: Dependencies,
): HeldLease {
  const { owner, token } = run;
  const cell = stateLeaseCell(home.keyValues);
  return sharedLease(deps, run, home, () =>
    holdLease({ cell, owner, token, durationMs, requestTimeoutMs, clock: deps.clock }),
  );
}

/**
 * The run's fence, and the call's: what a call that was given up still means to send must not be sent beside its
 * successor, which carries the same token.
 */
function callFence(fence: Fence, call: Call, { requestTimeoutMs }: Settings): Fence {
  const reserveMs = Math.min(requestTimeoutMs, call.remainingMs() * sendingShare);
  return {
    ...fence,
    assertMaySend() {
      if (call.remainingMs() < reserveMs) throw new StoreUnavailableError('the time of this call is over');
      try {
        fence.assertMaySend();
      } catch (cause) {
        // Not renewed in time is not lost: on a busy machine the next call may find it ours still, or learn whose it is.
        throw new StoreUnavailableError('the lease on the target was not renewed in time: nothing is sent', { cause });
      }
    },
  };
}
