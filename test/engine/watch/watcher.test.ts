import { changeAttempt, scopes } from '../../../src/engine/attempts/attempt-record.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { mostCounted, Watcher } from '../../../src/engine/watch/watcher.js';
import type { Json } from '../../../src/json.js';
import { acquireLease, releaseLease, renewLease, type LeaseRecord } from '../../../src/kv/lease.js';
import { openDynamodbLedger } from '../../../src/ledger/dynamodb-ledger.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { putQuarantined } from '../../../src/migrations/quarantine/quarantine.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { noUsage, type Store } from '../../../src/stores/store.js';
import { changeState, readState, stateLeaseCell } from '../../../src/versions/state-entry.js';
import { testDependencies } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { SkippingClock } from './skipping-clock.js';

const start = Date.UTC(2026, 10, 2, 8);
const minute = 60_000;
const durationMs = 30_000;

let engine: Awaited<ReturnType<typeof testDynamodb>>;
beforeAll(async () => {
  engine = await testDynamodb();
});
afterAll(() => engine.stop());

interface Rig {
  readonly clock: SkippingClock;
  readonly ledger: Ledger;
  readonly stores: Readonly<Record<string, Store>>;
  readonly watcher: Watcher;
}

let rigs = 0;

/** A deployment of its own, and a watcher that looks at it through `changed`. */
async function deployment(changed: (deps: Dependencies) => Partial<Dependencies> = () => ({})): Promise<Rig> {
  const clock = new SkippingClock(start);
  const place = {
    region: 'us-east-1',
    endpoint: engine.endpoint,
    location: 'the test ledger',
    requestTimeoutMs: 2_000,
  };
  const ledger = openDynamodbLedger({ ...place, table: `watched-${process.pid}-${rigs++}`, clock });
  await ledger.ensure();
  const stores = { old: openMemoryStore(), one: openMemoryStore(), two: openMemoryStore() };
  const deps = testDependencies({ stores, ledger: readOnly(ledger), clock, project: { database: 'one' } });
  return { clock, ledger, stores, watcher: new Watcher({ ...deps, ...changed(deps) }) };
}

/** Whatever else a watcher asked a ledger for would fail. */
function readOnly({ run, runs, document, documents, units, location }: Ledger): Ledger {
  return { run, runs, document, documents, units, location } as Ledger;
}

/** A run that has taken the lock of the store `to` and is in Migrate with two units. */
async function runs(
  { clock, ledger, stores }: Rig,
  run: string,
  to: string,
  input: Json = { copy: { from: 'old', to } },
): Promise<LeaseRecord> {
  const startedAt = new Date(clock.wall).toISOString();
  await ledger.startRun({ run, input, who: 'anna', where: 'here', startedAt });
  const cell = stateLeaseCell((stores[to] as Store).keyValues);
  const lease = await acquireLease(cell, { owner: run, who: 'anna', where: 'here', durationMs, clock });
  const { token } = lease;
  const plans = [0, 1].map((unit) => ({ unit, table: 'things', work: null }));
  await ledger.planUnits(scopes.migrate(run), plans);
  await changeAttempt(ledger, { attempt: run, token }, { token, migrate: 2 });
  await ledger.changeRun(run, { attempt: run, token, step: 'migrate' });
  return lease;
}

async function checkpoint({ clock, ledger }: Rig, run: string, { token }: LeaseRecord): Promise<void> {
  const claim = { token, owner: 'call', until: clock.wall + 10 * minute };
  const { unit } = await ledger.claim(scopes.migrate(run), 1, claim);
  await ledger.checkpoint(unit, claim, { items: 1, sizeBytes: 1, usage: noUsage, revision: 1, done: false });
}

/** From now on somebody renews this lock while the clock goes on. */
function keeps({ clock, stores }: Rig, to: string, lease: LeaseRecord): void {
  clock.onSleep = async () => void (await renewLease(stateLeaseCell((stores[to] as Store).keyValues), lease));
}

async function quarantine({ ledger }: Rig, attempt: string, items: number): Promise<void> {
  for (let id = 0; id < items; id++) {
    const key = { id: { N: String(id) } };
    await putQuarantined(ledger, attempt, { table: 'things', unit: 0, key, item: key, error: new Error('no') });
  }
}

describe('a look at the runs that are under way', () => {
  test('sees none, and the age of no checkpoint, where none is', async () => {
    const { watcher } = await deployment();
    const nothing = { activeRuns: 0, leaseOverdueSeconds: 0, quarantinedItems: 0, unseen: [] };
    expect(await watcher.look()).toEqual(nothing);
  });

  test('tells the age of the last checkpoint, look after look', async () => {
    const rig = await deployment();
    const lease = await runs(rig, 'nightly', 'one');
    await releaseLease(stateLeaseCell((rig.stores['one'] as Store).keyValues), lease);
    rig.clock.wall += 4 * minute;
    await checkpoint(rig, 'nightly', lease);
    rig.clock.wall += minute;
    const sighting = await rig.watcher.look();
    expect(sighting).toMatchObject({ activeRuns: 1, oldest: 'nightly', checkpointAgeSeconds: 60, unseen: [] });
    rig.clock.wall = start + 24 * minute;
    expect((await rig.watcher.look()).checkpointAgeSeconds).toBe(20 * 60);
    await checkpoint(rig, 'nightly', lease);
    rig.clock.wall += 1_000;
    expect((await rig.watcher.look()).checkpointAgeSeconds).toBe(1);
  });

  test('tells of the run that has been without a sign for the longest, though another works', async () => {
    const rig = await deployment();
    await runs(rig, 'stuck', 'one');
    rig.clock.wall += 20 * minute;
    const lease = await runs(rig, 'busy', 'two');
    await checkpoint(rig, 'busy', lease);
    const sighting = await rig.watcher.look();
    expect(sighting).toMatchObject({ activeRuns: 2, oldest: 'stuck' });
    expect(sighting.checkpointAgeSeconds).toBeGreaterThanOrEqual(20 * 60);
  });

  test('takes what a clock that is ahead wrote for just now', async () => {
    const rig = await deployment();
    keeps(rig, 'one', await runs(rig, 'nightly', 'one'));
    rig.clock.wall -= 10 * minute;
    expect(await rig.watcher.look()).toMatchObject({ activeRuns: 1, checkpointAgeSeconds: 0 });
  });

  test('tells for how long the lock of a dead run is past its lease; freed, of no time', async () => {
    const rig = await deployment();
    const lease = await runs(rig, 'dead', 'one');
    expect((await rig.watcher.look()).leaseOverdueSeconds).toBe(1);
    rig.clock.wall += 5 * minute;
    expect((await rig.watcher.look()).leaseOverdueSeconds).toBe(5 * 60 + 1);
    await releaseLease(stateLeaseCell((rig.stores['one'] as Store).keyValues), lease);
    expect((await rig.watcher.look()).leaseOverdueSeconds).toBe(0);
  });

  test('leaves a database that is on its way to another store as it is, and looks at the lock that it left with', async () => {
    const rig = await deployment();
    await runs(rig, 'moving', 'one', { up: {} });
    const [old, next] = [rig.stores['one'] as Store, rig.stores['two'] as Store];
    const at = new Date(start).toISOString();
    const moved = { store: 'two', location: next.location, version: 1, at, id: 'moving-v1', arrived: false };
    const left = await changeState(old.keyValues, (state) => ({ ...state, moved }));
    expect(await rig.watcher.look()).toMatchObject({ activeRuns: 1, leaseOverdueSeconds: 1, unseen: [] });
    expect(await readState(old.keyValues)).toEqual(left);
    expect(await readState(next.keyValues)).toBeUndefined();
  });

  test('leaves out a run whose lock has passed to another: it is over, whatever the ledger says', async () => {
    const rig = await deployment();
    await runs(rig, 'killed', 'one');
    rig.clock.wall += 60 * minute;
    const lease = await runs(rig, 'again', 'one');
    keeps(rig, 'one', lease);
    const sighting = await rig.watcher.look();
    expect(sighting).toMatchObject({ activeRuns: 1, oldest: 'again', leaseOverdueSeconds: 0 });
    expect(sighting.checkpointAgeSeconds).toBeLessThan(60);
  });

  test('counts what the attempts of runs could not carry, until a while after their end', async () => {
    const rig = await deployment();
    keeps(rig, 'one', await runs(rig, 'nightly', 'one'));
    await quarantine(rig, 'nightly', 3);
    expect((await rig.watcher.look()).quarantinedItems).toBe(3);
    await rig.ledger.changeRun('nightly', { status: 'failed', endedAt: new Date(rig.clock.wall).toISOString() });
    rig.clock.wall += 5 * minute;
    expect(await rig.watcher.look()).toMatchObject({ activeRuns: 0, quarantinedItems: 3 });
    rig.clock.wall += 10 * minute;
    expect((await rig.watcher.look()).quarantinedItems).toBe(0);
  });

  test('counts no further than it can at a small price', async () => {
    const rig = await deployment();
    keeps(rig, 'one', await runs(rig, 'nightly', 'one'));
    await quarantine(rig, 'nightly', mostCounted + 5);
    expect((await rig.watcher.look()).quarantinedItems).toBe(mostCounted);
  });

  test('looks at no lock of a store that is not declared here, and at all else of that run', async () => {
    const rig = await deployment();
    const startedAt = new Date(start - minute).toISOString();
    const input = { copy: { from: 'old', to: 'dynamodb://eu-west-1/laptop-' } };
    await rig.ledger.startRun({ run: 'laptop', input, who: 'anna', where: 'here', startedAt });
    await rig.ledger.startRun({ run: 'refused', input: null, who: 'anna', where: 'here', startedAt });
    expect(await rig.watcher.look()).toMatchObject({ activeRuns: 2, leaseOverdueSeconds: 0, unseen: [] });
  });
});

describe('a look at a run whose store does not answer', () => {
  test.each([
    ['fails', () => Promise.reject(new Error('no route to the database'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('sees all the rest, and says what it did not see: it %s', async (how, opening) => {
    const rig = await deployment((deps) => ({
      openStore: (name) => (name === 'one' ? opening() : deps.openStore(name)),
    }));
    await runs(rig, 'cut-off', 'one');
    rig.clock.wall += minute;
    const lease = await runs(rig, 'nightly', 'two');
    keeps(rig, 'two', lease);
    await quarantine(rig, 'cut-off', 2);
    rig.clock.wall += minute;
    rig.clock.sleeps = 0;
    const looking = rig.watcher.look();
    if (how === 'hangs') {
      // All others have ended: what is still waited for is the store that does not answer. The ledger may have slept before they began.
      while (rig.clock.sleeps === 0 || rig.clock.deadlines !== 1) await new Promise(setImmediate);
      rig.clock.deadline();
    }
    const sighting = await looking;
    expect(sighting).toMatchObject({ activeRuns: 2, oldest: 'cut-off', leaseOverdueSeconds: 0, quarantinedItems: 2 });
    expect(sighting.checkpointAgeSeconds).toBeGreaterThanOrEqual(120);
    expect(sighting.unseen).toEqual([
      expect.stringMatching(/^the lock of run cut-off: .*(no route to the database|did not answer)/),
    ]);
  });

  test('says nothing of locks where it could look at none', async () => {
    const rig = await deployment(() => ({ openStore: () => Promise.reject(new Error('no route')) }));
    await runs(rig, 'nightly', 'one');
    expect(await rig.watcher.look()).not.toHaveProperty('leaseOverdueSeconds');
  });

  test('says nothing of the age of a checkpoint that it could not read, rather than something wrong', async () => {
    const rig = await deployment(({ ledger }) => ({
      ledger: {
        ...ledger,
        units: () => {
          throw new Error('throttled');
        },
      },
    }));
    keeps(rig, 'one', await runs(rig, 'nightly', 'one'));
    const sighting = await rig.watcher.look();
    expect(sighting).toMatchObject({ activeRuns: 1, unseen: ['the units of run nightly: Error: throttled'] });
    expect(sighting).not.toHaveProperty('checkpointAgeSeconds');
  });
});
