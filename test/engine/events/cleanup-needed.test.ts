import { cleanupNeeded } from '../../../src/engine/events/cleanup-needed.js';
import { issuedEvent } from '../../../src/engine/events/issue-event.js';
import { ThrottledError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { adopt, dayMs, ordersDatabase, runner, tablesOf } from '../../migrations/rollover/rolled-orders.js';
import { testStore } from '../../stores/postgres/test-store.js';
import { runCopy, withTestLedgers } from '../../support/copy-run.js';
import { marking } from '../chain/marking-steps.js';
import { filled } from '../memory-stores.js';
import { KeptEvents } from './emitting.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const dies = () => Promise.reject(new TypeError('killed'));
const orders = () => rollover({ table: 'orders', keepOldFor: { days: 0 } });

/** A database whose tables cannot be dropped while `refused` is true. */
async function undroppable(): Promise<{ database: Store; refused: boolean }> {
  const memory = await ordersDatabase();
  const rig = { database: memory, refused: true };
  rig.database = new Proxy(memory, {
    get(_, property) {
      const value: unknown = Reflect.get(memory, property, memory);
      if (property !== 'drop' || !rig.refused)
        return typeof value === 'function' ? (value.bind(memory) as unknown) : value;
      return () => Promise.reject(new TypeError('the table is protected'));
    },
  });
  return rig;
}

describe('a run that fails between the version and the drop', () => {
  test('in PostgreSQL asks for a hand once, naming the table; a clean-up finishes it', async () => {
    const postgres = await testStore();
    try {
      const database = postgres.open();
      await adopt(database);
      await postgres.client.query('CREATE TABLE orders (id int PRIMARY KEY)');
      await postgres.client.query('INSERT INTO orders SELECT generate_series(1, 20)');
      const bus = new KeptEvents('Cleanup Needed');
      const options = { settings: { leaseMs: 20_000, requestTimeoutMs: 5_000 }, emit: bus.emit };
      const { up, cleanup, clock } = runner(database, ledger, { 1: rollover({ table: 'orders' }) }, options);
      expect((await up()).run.exitCode).toBe(0);
      await postgres.client.query('CREATE VIEW numbers AS SELECT id FROM orders');
      clock.addedMs = 8 * dayMs;
      const { run } = await cleanup();
      expect(run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError' } });
      expect(bus.events).toMatchObject([{ source: 'carryover', detailType: 'Cleanup Needed' }]);
      expect(bus.details).toEqual([
        {
          ...{ format: 1, id: `${run.run}/cleanup-needed-0`, run: run.run, at: expect.stringMatching(/Z$/) as string },
          ...{ attempt: run.attempt, version: 1, database: database.location, leftCount: 1 },
          left: [
            {
              ...{ store: 'database', table: 'orders', why: 'left over by version 1' },
              notBefore: (await readState(database.keyValues))?.cleanup[0]?.notBefore,
            },
          ],
          error: run.error,
          command: 'carryover cleanup',
        },
      ]);
      expect(run.error?.message).toMatch(/numbers/);
      await postgres.client.query('DROP VIEW numbers');
      expect((await cleanup()).run.exitCode).toBe(0);
      expect(await tablesOf(database)).toEqual(['orders_v1']);
      expect(bus.events).toHaveLength(1);
    } finally {
      await postgres.stop();
    }
  });

  test('asks while it still has the lock, and keeps what it asked in the ledger', async () => {
    const rig = await undroppable();
    const bus = new KeptEvents('Cleanup Needed');
    const owners: unknown[] = [];
    bus.onEvent = async () => void owners.push((await readState(rig.database.keyValues))?.lease?.owner);
    const { up } = runner(rig.database, ledger, { 1: orders() }, { emit: bus.emit });
    const { run } = await up();
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError' } });
    expect(owners).toEqual([run.run]);
    expect(bus.details).toMatchObject([{ version: 1, left: [{ table: 'orders' }] }]);
    expect(await issuedEvent(cleanupNeeded, { run: run.run, redrives: 0 }, ledger)).toEqual(bus.details[0]);
    expect((await readState(rig.database.keyValues))?.lease).toBeUndefined();
    rig.refused = false;
    expect((await up()).run.exitCode).toBe(0);
    expect(await tablesOf(rig.database)).toEqual(['orders_v1']);
    expect(bus.events).toHaveLength(1);
  });

  test('asks whatever it failed with', async () => {
    const bus = new KeptEvents('Cleanup Needed');
    const { up } = runner(await ordersDatabase(), ledger, { 1: orders() }, { emit: bus.emit });
    const throttled = () => Promise.reject(Object.assign(new Error('slow down'), { name: 'SlowDown' }));
    await up({}, { handlers: { Cleanup: throttled } });
    expect(bus.details).toMatchObject([{ version: 1, left: [{ table: 'orders' }], error: { name: 'SlowDown' } }]);
  });

  test('keeps its error, and frees the lock, where the bus does not take the event', async () => {
    const { database } = await undroppable();
    const bus = new KeptEvents('Cleanup Needed');
    bus.onEvent = () => Promise.reject(new ThrottledError('the bus is busy'));
    const { run } = await runner(database, ledger, { 1: orders() }, { emit: bus.emit }).up();
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError', step: 'cleanup' } });
    expect(run.error?.message).toMatch(/protected[^]*\nthe event "Cleanup Needed" was not issued.*the bus is busy/);
    expect(await issuedEvent(cleanupNeeded, { run: run.run, redrives: 0 }, ledger)).toMatchObject({ version: 1 });
    expect((await readState(database.keyValues))?.lease).toBeUndefined();
  });

  test('names what the clean-up of the migration itself had to remove', async () => {
    const database = openMemoryStore();
    await adopt(database);
    const staging: MigrationDefinition = {
      ...marking(() => undefined),
      open: async (stage) => ({
        ...(await marking(() => undefined).open(stage)),
        cleanup: dies,
        leftOver: () => Promise.resolve([{ store: 'database', table: 'staged_refs' }]),
      }),
    };
    const bus = new KeptEvents('Cleanup Needed');
    await runner(database, ledger, { 1: staging }, { emit: bus.emit }).up();
    expect(bus.details).toMatchObject([{ left: [{ store: 'database', table: 'staged_refs' }], leftCount: 1 }]);
  });
});

describe('a run that leaves nothing over asks for nothing', () => {
  let bus: KeptEvents;
  beforeEach(() => (bus = new KeptEvents('Cleanup Needed')));

  test('when it fails before the version is written', async () => {
    const { up } = runner(await ordersDatabase(), ledger, { 1: orders() }, { emit: bus.emit });
    expect((await up({}, { handlers: { Complete: dies } })).run.exitCode).toBe(3);
    expect(bus.events).toEqual([]);
  });

  test('when it is a copy, which writes no version', async () => {
    const stores = { source: await filled(3), target: openMemoryStore() };
    const { run } = await runCopy({ stores, ledger, emit: bus.emit, handlers: { Cleanup: dies } }, {});
    expect(run).toMatchObject({ exitCode: 3, error: { step: 'complete' } });
    expect(bus.events).toEqual([]);
  });
});
