import { setTimeout } from 'node:timers/promises';
import { acquireLease, renewLease } from '../../../src/kv/lease.js';
import { LockWatch } from '../../../src/engine/watch/lock-watch.js';
import type { Ledger, RunRecord } from '../../../src/ledger/ledger.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { systemClock } from '../../../src/system-clock.js';
import {
  changeState,
  readState,
  stateLeaseCell,
  type AttemptState,
  type StateEntry,
} from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { endedPlan, faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { markingSteps } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const project = { database: 'database' };
const leaseMs = 1_000;

interface Up {
  readonly database: Store;
  readonly input?: { readonly dryRun?: boolean };
  readonly on?: Ledger;
  readonly registry?: Registry;
  readonly callMs?: number;
}

async function up({
  database,
  input = {},
  on = ledger,
  registry = markingSteps([1]),
  ...more
}: Up): Promise<RunRecord> {
  const settings = { leaseMs, requestTimeoutMs: 200 };
  const options = { stores: { database }, ledger: on, registry, project, settings, outcomes: ledger, ...more };
  return (await runExecution(options, { up: input })).run;
}

const upUnder = async (database: Store, plan: FaultPlan): Promise<void> => {
  await up({ database: faulty(database, plan, 'database'), on: faulty(ledger, plan, 'ledger') }).catch(() => undefined);
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

const succeeded = { status: 'succeeded', exitCode: 0 };

describe('the lock of a run that was killed after its last work', () => {
  test('is freed by the next run, which has nothing else to do, and the dead run counts as over', async () => {
    const { database, lock } = await leftLocked();
    expect(await up({ database })).toMatchObject(succeeded);
    expect(await lockOf(database)).toBeUndefined();
    const watch = new LockWatch({ clock: systemClock });
    expect(await watch.look({ run: 'the dead one', token: lock.token }, database.keyValues)).toEqual({
      whose: 'passed',
    });
  });

  test('is freed also where a clean-up came last', async () => {
    const { database } = await leftLocked();
    await attempted(database, { spec: 'cleanup', phase: 'validate' });
    expect(await up({ database })).toMatchObject(succeeded);
    expect(await lockOf(database)).toBeUndefined();
  });

  test('is left alone by a dry run', async () => {
    const { database, lock } = await leftLocked();
    expect(await up({ database, input: { dryRun: true } })).toMatchObject(succeeded);
    expect(await lockOf(database)).toEqual(lock);
  });

  test.each(['setup', 'carry', 'complete'] as const)(
    'is left alone where an attempt in phase "%s" has not come to its end, and its run may come back',
    async (phase) => {
      const { database } = await leftLocked();
      const before = await attempted(database, { spec: 'a copy', phase });
      expect(await up({ database })).toMatchObject(succeeded);
      expect(await readState(database.keyValues)).toEqual(before);
    },
  );

  test('is left to the next run that has work where its lease is longer than half a call', async () => {
    const { database, lock } = await leftLocked();
    expect(await up({ database, callMs: leaseMs * 1.9 })).toMatchObject(succeeded);
    expect(await lockOf(database)).toEqual(lock);
  });

  test.each([0, 250, 500, 750, 1_000])(
    'is in the way of no run that has work and begins %d ms after one that has none',
    async (waitMs) => {
      const { database } = await leftLocked();
      const runs = [up({ database }), setTimeout(waitMs).then(() => up({ database, registry: markingSteps([1, 2]) }))];
      expect(await Promise.all(runs)).toMatchObject([succeeded, succeeded]);
      expect(await readState(database.keyValues)).toMatchObject({ version: 2 });
      expect(await lockOf(database)).toBeUndefined();
    },
  );
});

/** As if this attempt had come last. */
async function attempted(database: Store, { spec, phase }: Pick<AttemptState, 'spec' | 'phase'>): Promise<StateEntry> {
  const attempt = { id: 'another', spec, phase, description: 'another', startedAt: new Date().toISOString() };
  return await changeState(database.keyValues, (state) => ({ ...state, attempt }));
}

test('the lock of a run that lives is not freed by one that has nothing to do', async () => {
  const database = openMemoryStore();
  await up({ database });
  const cell = stateLeaseCell(database.keyValues);
  const lock = await acquireLease(cell, { owner: 'other', who: 'ann', where: 'a laptop', durationMs: leaseMs });
  const renewing = setInterval(() => void renewLease(cell, lock), leaseMs / 4);
  try {
    expect(await up({ database })).toMatchObject(succeeded);
  } finally {
    clearInterval(renewing);
  }
  expect(await lockOf(database)).toMatchObject({ owner: 'other', token: lock.token });
});
