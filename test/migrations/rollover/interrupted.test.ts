import pMap from 'p-map';
import { InputError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { collect } from '../../support/kv-bytes.js';
import { dayMs, ordersDatabase, readByName, runner, sorted, tablesOf, twelve } from './rolled-orders.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const changed = (item: Item): Item => ({ ...item, seen: { BOOL: true } });
const step = () => rollover({ table: 'orders', transform: changed });
const settings = { leaseMs: 1_500, requestTimeoutMs: 150, segments: 2 };

/** Wherever a run is, readers find the old table whole or the new one whole. */
async function expectWhole(database: Store, where: string): Promise<void> {
  const { name, items } = await readByName(database);
  const right = name === 'orders' ? twelve : twelve.map(changed);
  expect({ where, items }).toEqual({ where, items: sorted(right) });
}

/** One run with this fault, then `up` until it ends well; returns the plan as it was left. */
async function upWith(plan: FaultPlan): Promise<FaultPlan> {
  const database = await ordersDatabase();
  const options = { settings, callMs: 3_000, sharesLease: plan.kind !== 'error' };
  const { up } = runner(database, ledger, { 1: step() }, options);
  const broken = { stores: { database: faulty(database, plan, 'database') }, ledger: faulty(ledger, plan, 'ledger') };
  await up({}, { ...broken, outcomes: ledger }).catch(() => undefined);
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
  await expectWhole(database, where);
  const { run } = await up();
  expect({ where, exitCode: run.exitCode, error: run.error }).toEqual({ where, exitCode: 0, error: undefined });
  const state = await readState(database.keyValues);
  expect({ where, state }).toMatchObject({ where, state: { version: 1, active: { orders: 'orders_v1' } } });
  expect({ where, left: state?.cleanup.map(({ table }) => table) }).toEqual({ where, left: ['orders'] });
  expect({ where, tables: await tablesOf(database) }).toEqual({ where, tables: ['orders', 'orders_v1'] });
  expect({ where, entries: (await collect(history(database.keyValues))).length }).toEqual({ where, entries: 1 });
  await expectWhole(database, where);
  return plan;
}

/** Each call was tried once; a suite of seconds tries some of them, others for each kind. */
const everyNth = 13;

describe('a rollover that meets a fault at any call to the database or the ledger', () => {
  test.each([
    ['error', 1],
    ['lost', 7],
  ] as const)(
    'of kind "%s" shows readers one table whole, and is complete after the next run',
    async (kind, first) => {
      const { count } = await upWith(faultPlan(0, kind));
      const numbers = Array.from({ length: Math.ceil(count / everyNth) }, (_, at) => at * everyNth + first);
      const plans = await pMap(numbers, (at) => upWith(faultPlan(at, kind)), { concurrency: 8 });
      // Calls of concurrent units change places, so that a few of the last may not come to pass.
      expect(plans.filter(({ fired }) => fired).length).toBeGreaterThan(numbers.length * 0.9);
    },
    300_000,
  );
});

describe('a rollover that ends between the swap and its end', () => {
  const dies = () => Promise.reject(new TypeError('killed'));

  test.each([
    ['cleanup', {}],
    ['up', {}],
  ])('is brought to its end by "%s", after readers had time again', async (command, input) => {
    const database = await ordersDatabase();
    const { up, run, clock } = runner(database, ledger, { 1: step() }, { settings });
    await up({}, { handlers: { Cleanup: dies, Abort: dies } }).catch(() => undefined);
    expect(await readState(database.keyValues)).toMatchObject({ version: 1, attempt: { phase: 'complete' } });
    expect(clock.waits).toBe(0);
    const before = (await readState(database.keyValues))?.cleanup;
    expect((await run({ [command]: input })).run.exitCode).toBe(0);
    expect(clock.waits).toBe(1);
    const state = await readState(database.keyValues);
    expect({ left: state?.cleanup, lease: state?.lease }).toEqual({ left: before, lease: undefined });
    expect(state?.attempt?.endedAt).toBeDefined();
  });

  test('whose old table cannot be dropped leaves the new version, names the table, and is finished by a clean-up', async () => {
    const memory = await ordersDatabase();
    let refused = true;
    const database = new Proxy(memory, {
      get(_, property) {
        const value: unknown = Reflect.get(memory, property, memory);
        if (property !== 'drop') return typeof value === 'function' ? (value.bind(memory) as unknown) : value;
        return (table: string) => {
          if (refused) throw new InputError([{ field: `table "${table}"`, message: 'a view depends on it' }]);
          return memory.drop(table);
        };
      },
    });
    const { up, cleanup, clock } = runner(database, ledger, { 1: step() });
    expect((await up()).run.exitCode).toBe(0);
    clock.addedMs = 8 * dayMs;
    const { run } = await cleanup();
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError', step: 'cleanup' } });
    expect(run.error?.message).toMatch(/a view depends on it; to be dropped still: table "orders" of database/);
    expect(await readState(database.keyValues)).toMatchObject({ version: 1, cleanup: [{ table: 'orders' }] });
    refused = false;
    expect((await cleanup()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders_v1']);
    expect((await readState(database.keyValues))?.cleanup).toEqual([]);
  });

  test('leaves a table that took the name of the old one where it is', async () => {
    const database = await ordersDatabase();
    const { up, cleanup, clock } = runner(database, ledger, { 1: step() });
    await up();
    await database.drop('orders');
    const { name, identity: _, ...description } = await database.describe('orders_v1');
    await database.create({ ...description, name: 'orders', identity: '' });
    expect(name).toBe('orders_v1');
    clock.addedMs = 8 * dayMs;
    expect((await cleanup()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders', 'orders_v1']);
    expect((await readState(database.keyValues))?.cleanup).toEqual([]);
  });
});
