import { isTransient, LateWriterError, LeaseLostError } from '../../errors.js';
import type { Claim, UnitRecord } from '../../ledger/ledger.js';
import type { Cursor, Usage } from '../../stores/store.js';
import type { CheckpointPace } from '../../migrations/migration.js';
import type { Call, Dependencies } from '../dependencies.js';
import { startHeartbeat } from '../leases/heartbeat.js';
import type { OpenRun } from '../runs/open-run.js';
import { signOf } from '../status/signs-of-life.js';
import { CapacityShare, shareOf } from './capacity-share.js';
import { pauseForCapacity } from './pause.js';
import { UnitSaver } from './unit-saver.js';

/** What one step of a unit did, durable when it is yielded. */
export interface UnitProgress {
  /** Undefined: still at the beginning. */
  readonly cursor: Cursor | undefined;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  /** Saved before the work goes on, whether a checkpoint is due or not. */
  readonly save?: true;
}

export interface UnitWork {
  readonly scope: string;
  readonly unit: number;
  /** How many units its phase has: those that run at a time share the ceilings on capacity. */
  readonly units: number;
  /** How often checkpoints are due: see checkpointDue. */
  readonly checkpoints: CheckpointPace;
  /** Goes on with the unit from its cursor. */
  steps(unit: UnitRecord): AsyncIterable<UnitProgress>;
  /** The digest of all that was read so far, saved with each checkpoint. */
  digest?(): Uint8Array;
  /** A lasting error is thrown instead of being recorded in the unit: for steps that are one unit. */
  readonly throws?: boolean;
}

/** Characters of an error that are kept in a unit: an error's text has no bound of its own. */
const failureLength = 2_000;

export type UnitStatus = 'done' | 'more' | 'busy' | 'failed';

/**
 * Works on one unit for one call: claims it, runs its steps, saves a checkpoint when one is due, pauses
 * where it spent more than its share of capacity, stops at a safe point when the call's time is nearly over. A transient error is thrown, for the state machine to call again; a lost lease
 * too, to end the run; any other error is recorded in the unit, which fails alone.
 */
export async function workUnit(open: OpenRun, deps: Dependencies, call: Call, work: UnitWork): Promise<UnitStatus> {
  const claim: Claim = { token: open.run.token, owner: deps.newId(), until: deps.clock.now() + call.remainingMs() };
  const claimed = await deps.ledger.claim(work.scope, work.unit, claim);
  if (claimed.status !== 'claimed') return claimed.status;
  // Units of a Map show that they live by their checkpoints; a step that is one unit may write none for long.
  const sign = work.throws === true ? signOf(open, deps) : undefined;
  const heartbeat = startHeartbeat(open.held, deps.clock, open.settings.leaseMs, sign);
  const share = new CapacityShare(shareOf(open.settings, work.units), deps.clock, claimed.unit.owed);
  const saver = new UnitSaver(open, deps, claim, work, claimed.unit, share);
  const awake = async (): Promise<void> => {
    heartbeat.assertHeld();
    await saver.saveIfLate();
  };
  const paidFor = (): Promise<boolean> => pauseForCapacity(share, deps.clock, call, { ending: open.ending, awake });
  try {
    if (!(await paidFor())) return await handBack(deps, claim, saver);
    saver.begin();
    for await (const progress of work.steps(claimed.unit)) {
      heartbeat.assertHeld();
      saver.add(progress);
      if (open.ending()) return await handBack(deps, claim, saver);
      if (progress.save === true) await saver.save({ done: false });
      else await saver.saveIfDue();
      if (!(await paidFor())) return await handBack(deps, claim, saver);
    }
    await saver.save({ done: true });
    return 'done';
  } catch (error) {
    return await afterFailure(error, deps, claim, saver, work.throws ?? false);
  } finally {
    await heartbeat.stop();
  }
}

/** The call's time is nearly over: another call goes on from here. */
async function handBack(deps: Dependencies, claim: Claim, saver: UnitSaver): Promise<UnitStatus> {
  await saver.save({ done: false });
  await deps.ledger.release(saver.unit, claim);
  return 'more';
}

/** Saves what was done, unless the unit is another's by now. */
async function afterFailure(
  error: unknown,
  deps: Dependencies,
  claim: Claim,
  saver: UnitSaver,
  throws: boolean,
): Promise<UnitStatus> {
  if (error instanceof LeaseLostError || error instanceof LateWriterError) throw error;
  if (throws || isTransient(error)) {
    // The error that is thrown is the first one; what fails here only costs work that is done again.
    if (!saver.failed) await saver.save({ done: false }).catch(() => undefined);
    await deps.ledger.release(saver.unit, claim).catch(() => undefined);
    throw error;
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  await saver.save({ done: false, failure: { name, message: message.slice(0, failureLength) } });
  await deps.ledger.release(saver.unit, claim);
  return 'failed';
}
