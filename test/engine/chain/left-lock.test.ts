import { acquireLease, renewLease } from '../../../src/kv/lease.js';
import { LockWatch } from '../../../src/engine/watch/lock-watch.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { systemClock } from '../../../src/system-clock.js';
import { changeState, readState, stateLeaseCell, type StateEntry } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { endedPlan, faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { markingSteps } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const registry = markingSteps([1]);
const project = { database: 'database' };
const leaseMs = 1_000;

async function up(database: Store, input: { dryRun?: boolean } = {}, on = ledger) {
  const options = { stores: { database }, ledger: on, registry, project, settings: { leaseMs, requestTimeoutMs: 200 } };
  return (await runExecution({ ...options, outcomes: ledger }, { up: input })).run;
}

const upUnder = async (database: Store, plan: FaultPlan): Promise<void> => {
  await up(faulty(database, plan, 'database'), {}, faulty(ledger, plan, 'ledger')).catch(() => undefined);
};

/** A database whose last run was killed when its version was written and its lock was not freed yet, and that run's lock. */
async function leftLocked() {
  const counting = faultPlan(0, 'error');
  await upUnder(openMemoryStore(), counting);
  for (let at = counting.count; at > 0; at--) {
    const database = openMemoryStore();
    await upUnder(database, endedPlan(at));
    const state = await readState(database.keyValues);
    if (state?.version === 1 && state.lease !== undefined) return { database, lock: state.lease };
  }
  throw new Error('no run ended between its version and its lock');
}

const lockOf = async (database: Store): Promise<StateEntry['lease']> => (await readState(database.keyValues))?.lease;

describe('the lock of a run that was killed after its last work', () => {
  test('is freed by the next run, which has nothing else to do, and the dead run counts as over', async () => {
    const { database, lock } = await leftLocked();
    expect(await up(database)).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await lockOf(database)).toBeUndefined();
    const watch = new LockWatch({ clock: systemClock });
    expect(await watch.look({ run: 'the dead one', token: lock.token }, database.keyValues)).toEqual({
      whose: 'passed',
    });
  });

  test('is left alone by a dry run', async () => {
    const { database, lock } = await leftLocked();
    expect(await up(database, { dryRun: true })).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await lockOf(database)).toEqual(lock);
  });

  test('is left alone where its attempt is unfinished: its run may come back', async () => {
    const { database, lock } = await leftLocked();
    const copying = {
      id: 'a-copy',
      spec: 'copy',
      description: 'a copy',
      startedAt: lock.since,
      phase: 'carry' as const,
    };
    const before = await changeState(database.keyValues, (state) => ({ ...state, attempt: copying }));
    expect(await up(database)).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await readState(database.keyValues)).toEqual(before);
  });
});

test('the lock of a run that lives is not waited for by one that has nothing to do', async () => {
  const database = openMemoryStore();
  await up(database);
  const cell = stateLeaseCell(database.keyValues);
  const lock = await acquireLease(cell, { owner: 'other', who: 'ann', where: 'a laptop', durationMs: leaseMs });
  const renewing = setInterval(() => void renewLease(cell, lock), leaseMs / 4);
  try {
    expect(await up(database)).toMatchObject({ status: 'succeeded', exitCode: 0 });
  } finally {
    clearInterval(renewing);
  }
  expect(await lockOf(database)).toMatchObject({ owner: 'other', token: lock.token });
});
