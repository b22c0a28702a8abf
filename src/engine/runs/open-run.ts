import { InputError, StoreUnavailableError, type Fault } from '../../errors.js';
import { holdLease, type HeldLease } from '../../kv/lease.js';
import { copyTables } from '../../migrations/copy/copy-tables.js';
import type { Migration, MigrationContext } from '../../migrations/migration.js';
import type { Settings } from '../../settings.js';
import type { Fence, Store } from '../../stores/store.js';
import { stateFence, stateLeaseCell } from '../../versions/state-entry.js';
import type { Call, Dependencies, RunState } from '../dependencies.js';
import type { ExecutionInput } from './execution-input.js';
import { withoutSecrets } from './recorded-input.js';
import { runInput } from './run-input.js';
import { sameStoreFaults } from './same-store.js';
import { storeUseFaults } from './store-uses.js';
import { sharedLease } from '../leases/shared-lease.js';

/** A run as one call works on it: its input, its stores, and the lease that it holds on the target. */
export interface OpenRun {
  readonly run: RunState;
  readonly input: ExecutionInput;
  readonly migration: Migration;
  readonly source: Store;
  readonly target: Store;
  readonly settings: Settings;
  readonly held: HeldLease;
  readonly context: MigrationContext;
  /** The call's time is nearly over. */
  ending(): boolean;
}

/** How much of a call's time is kept for coming to a safe point: a quarter, half a minute at most. */
const endingShare = 0.25;
const endingAtMostMs = 30_000;
/** Nothing is sent in the last part of a call, nor in less than a request's time before its end. */
const sendingShare = 0.1;

/**
 * Opens a run for one call of a step. Throws LeaseLostError when the run no longer owns the target, so that a step that
 * is called late does nothing.
 */
export async function openRun(run: RunState, deps: Dependencies, call: Call): Promise<OpenRun> {
  const input = await runInput(deps.ledger, run.id);
  const { source, target } = await openStores(input, deps);
  const settings = settingsOf(input, deps);
  const held = holdTarget(run, target, settings, deps);
  await held.keep();
  const marginMs = Math.min(call.remainingMs() * endingShare, endingAtMostMs);
  const ending = (): boolean => call.remainingMs() < marginMs;
  const migration = copyTables(input.copy);
  const context: MigrationContext = {
    source,
    target,
    settings,
    attempt: run.attempt,
    ledger: deps.ledger,
    clock: deps.clock,
    fence: callFence(stateFence(held), call, settings),
    ending,
  };
  return { run, input, migration, source, target, settings, held, context, ending };
}

/** The lease on the target, which this run was given. */
export function holdTarget(
  run: Omit<RunState, 'attempt'>,
  target: Store,
  { leaseMs: durationMs, requestTimeoutMs }: Settings,
  deps: Dependencies,
): HeldLease {
  const { owner, token } = run;
  const cell = stateLeaseCell(target.keyValues);
  return sharedLease(deps, run, () =>
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

/** The stores that the input names. Throws InputError for names that the project does not declare, or declares for another use, or that mean one store. */
export async function openStores(input: ExecutionInput, deps: Dependencies): Promise<{ source: Store; target: Store }> {
  const declared = Object.keys(deps.project.stores);
  const faults: Fault[] = (['from', 'to'] as const)
    .filter((field) => !declared.includes(input.copy[field]))
    .map((field) => ({
      field: `copy.${field}`,
      message: `"${withoutSecrets(input.copy[field])}" is not a store of the project: it declares ${declared.join(', ')}`,
    }));
  faults.push(...sameStoreFaults(deps.project, input.copy), ...storeUseFaults(deps.project, input.copy));
  if (faults.length > 0) throw new InputError(faults);
  return { source: await deps.openStore(input.copy.from), target: await deps.openStore(input.copy.to) };
}

/** The project's settings, with what the input says of its own. */
export function settingsOf({ copy }: ExecutionInput, { settings }: Dependencies): Settings {
  return {
    ...settings,
    concurrency: copy.concurrency ?? settings.concurrency,
    ...(copy.segments === undefined ? {} : { segments: copy.segments }),
  };
}
