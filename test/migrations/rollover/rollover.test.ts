import type { Ledger } from '../../../src/ledger/ledger.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import type { Item } from '../../../src/stores/item.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { createEmpty, itemsOf, put } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { dayMs, ordersDatabase, readByName, runner, sorted, tablesOf, twelve } from './rolled-orders.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const changed = (item: Item): Item => ({ ...item, total: { S: `${(item['total'] as { N: string }).N} EUR` } });

describe('a rollover', () => {
  test('makes the new table the live one at once with the version, and keeps the old one seven days', async () => {
    const database = await ordersDatabase();
    const { up, clock } = runner(database, ledger, { 1: rollover({ table: 'orders', transform: changed }) });
    const before = clock.now();
    expect((await up()).run).toMatchObject({ exitCode: 0 });
    expect(await readByName(database)).toEqual({ name: 'orders_v1', items: sorted(twelve.map(changed)) });
    expect(await itemsOf(database, 'orders')).toEqual(sorted(twelve));
    const state = await readState(database.keyValues);
    expect(state).toMatchObject({ version: 1, active: { orders: 'orders_v1' } });
    const { identity } = await database.describe('orders');
    expect(state?.cleanup).toEqual([
      { store: 'database', table: 'orders', identity, version: 1, notBefore: expect.any(String) },
    ]);
    const keptMs = Date.parse(String(state?.cleanup[0]?.notBefore)) - before;
    expect(keptMs).toBeGreaterThanOrEqual(7 * dayMs);
    expect(keptMs).toBeLessThan(7 * dayMs + 60_000);
    expect(clock.waits).toBe(1);
    const [entry] = await collect(history(database.keyValues));
    expect(entry).toMatchObject({ version: 1, kind: 'rollover', items: 12 });
  });

  test('goes from table to table, each old one dropped when its time has come and not before', async () => {
    const database = await ordersDatabase();
    const all = runner(database, ledger, {
      2: rollover({ table: 'orders' }),
      5: rollover({ table: 'orders', keepOldFor: { days: 1 }, transform: changed }),
    });
    expect((await all.up({ to: 2 })).run.exitCode).toBe(0);
    expect((await all.up()).run.exitCode).toBe(0);
    expect(await readByName(database)).toEqual({ name: 'orders_v5', items: sorted(twelve.map(changed)) });
    expect(await tablesOf(database)).toEqual(['orders', 'orders_v2', 'orders_v5']);
    expect((await all.cleanup()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders', 'orders_v2', 'orders_v5']);
    all.clock.addedMs = dayMs + 60_000;
    expect((await all.cleanup()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders', 'orders_v5']);
    all.clock.addedMs = 7 * dayMs + 60_000;
    // A run of the chain that finds nothing else to do drops it too.
    expect((await all.up()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders_v5']);
    expect((await readState(database.keyValues))?.cleanup).toEqual([]);
    expect((await readByName(database)).items).toHaveLength(12);
  });

  test('drops the old table in the same run when it is to be kept for no time, after readers forgot its name', async () => {
    const database = await ordersDatabase();
    const { up, clock } = runner(database, ledger, { 1: rollover({ table: 'orders', keepOldFor: { days: 0 } }) });
    const seen: unknown[] = [];
    clock.onWait = async () => void seen.push(await tablesOf(database), (await readByName(database)).name);
    expect((await up()).run.exitCode).toBe(0);
    expect(seen).toEqual([['orders', 'orders_v1'], 'orders_v1']);
    expect(await tablesOf(database)).toEqual(['orders_v1']);
  });

  test('finds items by another key, and leaves out what the transform leaves out', async () => {
    const database = await ordersDatabase();
    const transform = (item: Item): Item | undefined =>
      Number((item['total'] as { N: string }).N) > 9 ? item : undefined;
    const step = rollover({ table: 'orders', as: 'by-total', key: [{ name: 'total', type: 'N' }], transform });
    expect((await runner(database, ledger, { 1: step }).up()).run.exitCode).toBe(0);
    const { name, items } = await readByName(database);
    expect({ name, items }).toEqual({ name: 'by-total', items: sorted(twelve.slice(4)) });
    expect((await database.describe(name)).key).toEqual([{ name: 'total', type: 'N' }]);
  });

  test('leaves the live table as it was when two items become one, and names the key', async () => {
    const database = await ordersDatabase();
    const step = rollover({ table: 'orders', transform: (item) => ({ ...item, id: { S: 'the same' } }) });
    const { run } = await runner(database, ledger, { 1: step }).up();
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(await readByName(database)).toEqual({ name: 'orders', items: sorted(twelve) });
    expect(await readState(database.keyValues)).toMatchObject({ version: 0, active: {}, cleanup: [] });
  });

  test('begins anew with fresh, on what was written meanwhile', async () => {
    const database = await ordersDatabase();
    let broken = true;
    const transform = (item: Item): Item => {
      if (broken) throw new TypeError('not yet');
      return item;
    };
    const { up } = runner(database, ledger, { 1: rollover({ table: 'orders', transform }) });
    expect((await up()).run.exitCode).toBe(3);
    expect(await tablesOf(database)).toEqual(['orders', 'orders_v1']);
    await put(database, 'orders', [{ id: { S: 'later' }, total: { N: '1' } }]);
    broken = false;
    expect((await up({ fresh: true })).run.exitCode).toBe(0);
    expect((await readByName(database)).items).toHaveLength(13);
  });
});

describe('a rollover is refused before anything is touched', () => {
  async function refused(options: Parameters<typeof rollover>[0], prepare = ordersDatabase): Promise<string> {
    const database = await prepare();
    const before = await tablesOf(database);
    const { run } = await runner(database, ledger, { 1: rollover(options) }).up();
    expect(run.exitCode).toBe(2);
    expect(await tablesOf(database)).toEqual(before);
    return String(run.error?.message);
  }

  test('where the table is not there', async () => {
    expect(await refused({ table: 'people' })).toMatch(/^0001_mark, table: "people" is not in .*nothing to build anew/);
  });

  test('where the name of the new one is taken', async () => {
    const taken = async () => {
      const database = await ordersDatabase();
      await createEmpty(database, 'orders_v1');
      return database;
    };
    expect(await refused({ table: 'orders' }, taken)).toMatch(/^0001_mark, as: table "orders_v1" is in .* already/);
  });

  test('where the new one would be the old one', async () => {
    expect(await refused({ table: 'orders', as: 'orders' })).toMatch(/^0001_mark, as: "orders" is the table that/);
  });

  test('where a dry run says the same, and shows else what would be built', async () => {
    const database = await ordersDatabase();
    const { up } = runner(database, ledger, { 1: rollover({ table: 'orders' }) });
    const before = await readState(database.keyValues);
    expect((await up({ dryRun: true })).run.exitCode).toBe(0);
    expect(await readState(database.keyValues)).toEqual(before);
    expect(await tablesOf(database)).toEqual(['orders']);
  });
});
