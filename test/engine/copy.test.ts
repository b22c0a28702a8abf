import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { TableDescription } from '../../src/stores/store.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { savedForecast } from '../../src/engine/runs/forecast-documents.js';
import { runCopy, withTestLedgers } from '../support/copy-run.js';
import { filled, itemOf, itemsOf, put } from './memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const orders: TableDescription = {
  name: 'orders',
  identity: '',
  key: [{ name: 'id', type: 'S' }],
  origin: { engine: 'memory', metadata: null },
};

describe('a copy through the state machine', () => {
  test('carries all items, validates them, and ends with exit code 0', async () => {
    const stores = { source: await filled(500), target: openMemoryStore({}) };
    const { run, tables } = await runCopy({ stores, ledger }, { segments: 4 });
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(tables).toMatchObject([
      { table: 'orders', migrate: { units: 4, done: 4, items: 500 }, verdict: { equal: true, expectedItems: 500 } },
    ]);
    expect(await itemsOf(stores.target, 'orders')).toEqual(await itemsOf(stores.source, 'orders'));
  });

  test('carries the tables that are meant, creates those of which the schema alone is wanted', async () => {
    const stores = { source: await filled(20, ['a1', 'a2', 'b', 'c']), target: openMemoryStore() };
    const { run, tables } = await runCopy(
      { stores, ledger },
      { tables: ['a*', 'b'], exclude: ['a2'], schemaOnly: ['c'] },
    );
    expect(run.exitCode).toBe(0);
    expect(tables.map(({ table, mode, migrate }) => [table, mode, migrate.items])).toEqual([
      ['a1', 'carry', 20],
      ['b', 'carry', 20],
      ['c', 'schema only', 0],
    ]);
    expect(await itemsOf(stores.target, 'c')).toEqual([]);
  });

  test('names every missing, extra and changed key, and ends with exit code 1', async () => {
    const stores = { source: await filled(300), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await stores.target.remove?.('orders', [{ id: { S: 'item-7' } }]);
    await put(stores.target, 'orders', [{ ...itemOf(8), total: { N: '25' } }, { id: { S: 'stranger' } }]);
    const { run, tables } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({
      status: 'failed',
      exitCode: 1,
      error: { name: 'ValidationFailedError', step: 'judge' },
    });
    expect(tables[0]?.verdict?.differences).toMatchObject({
      missing: 1,
      extra: 1,
      changed: 1,
      keys: { missing: ['{"id":"item-7"}'], changed: ['{"id":"item-8"}'], extra: ['{"id":"stranger"}'] },
    });
    expect(run.error?.message).toContain('item-7');
  });

  test('validates anew after a failed verdict was mended', async () => {
    const stores = { source: await filled(50), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await stores.target.remove?.('orders', [{ id: { S: 'item-7' } }]);
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(1);
    await put(stores.target, 'orders', [itemOf(7)]);
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(0);
  });

  test('lets off a table that is known to diverge, in the same attempt', async () => {
    const stores = { source: await filled(50, ['orders', 'log']), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await put(stores.target, 'log', [{ id: { S: 'stranger' } }]);
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(1);
    const { run, tables } = await runCopy({ stores, ledger }, { noValidate: ['log'] });
    expect(run.exitCode).toBe(0);
    expect(tables.find(({ table }) => table === 'log')?.verdict).toBeUndefined();
  });

  test('refuses tables that are in the target already, before it touches anything', async () => {
    const stores = { source: await filled(5, ['orders', 'other']), target: await filled(1) };
    const { run } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(run.error?.message).toContain('table "orders"');
    await expect(stores.target.describe('other')).rejects.toThrow('not in');
  });

  test('replaces exactly the tables that are listed', async () => {
    const stores = { source: await filled(5, ['orders', 'other']), target: await filled(9, ['orders', 'bystander']) };
    const unlisted = await runCopy({ stores, ledger }, { onExisting: 'replace' });
    expect(unlisted.run).toMatchObject({ exitCode: 2 });
    expect(unlisted.run.error?.message).toContain('copy.replace');
    const { run } = await runCopy({ stores, ledger }, { onExisting: 'replace', replace: ['orders'] });
    expect(run.exitCode).toBe(0);
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(5);
    expect(await itemsOf(stores.target, 'bystander')).toHaveLength(9);
  });

  test('merges into a table and validates that the source is contained', async () => {
    const stores = { source: await filled(30), target: openMemoryStore() };
    await stores.target.create(orders);
    await put(stores.target, 'orders', [{ id: { S: 'stranger' } }]);
    const merged = await runCopy({ stores, ledger }, { onExisting: 'merge' });
    expect(merged.run.exitCode).toBe(0);
    expect(merged.tables[0]?.verdict).toMatchObject({ relation: 'contained', equal: true });
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(31);
  });

  test('runs the steps one by one, and refuses migrate without setup', async () => {
    const stores = { source: await filled(40), target: openMemoryStore() };
    const early = await runCopy({ stores, ledger }, { steps: ['migrate'] });
    expect(early.run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect((await runCopy({ stores, ledger }, { steps: ['setup'] })).run.exitCode).toBe(0);
    expect(await itemsOf(stores.target, 'orders')).toEqual([]);
    expect((await runCopy({ stores, ledger }, { steps: ['migrate'] })).run.exitCode).toBe(0);
    const validated = await runCopy({ stores, ledger }, { steps: ['validate'] });
    expect(validated.run.exitCode).toBe(0);
    expect(validated.tables[0]?.verdict?.equal).toBe(true);
  });

  test('validates alone, without an earlier attempt', async () => {
    const stores = { source: await filled(40), target: await filled(40) };
    expect((await runCopy({ stores, ledger }, { steps: ['validate'] })).run.exitCode).toBe(0);
    await stores.target.remove?.('orders', [{ id: { S: 'item-3' } }]);
    expect((await runCopy({ stores, ledger }, { steps: ['validate'] })).run.exitCode).toBe(1);
  });

  test('a completed attempt is not resumed: the same command finds the tables there', async () => {
    const stores = { source: await filled(4), target: openMemoryStore() };
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(0);
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(2);
  });

  test('refuses another command while an attempt is unfinished; fresh drops only what that attempt created', async () => {
    const stores = { source: await filled(6, ['orders', 'other']), target: await filled(2, ['bystander']) };
    await runCopy({ stores, ledger }, { tables: ['orders'], steps: ['setup', 'migrate'] });
    const other = await runCopy({ stores, ledger }, { tables: ['other'] });
    expect(other.run).toMatchObject({ exitCode: 2 });
    expect(other.run.error?.message).toContain('unfinished attempt');
    const fresh = await runCopy({ stores, ledger }, { tables: ['other'], fresh: true });
    expect(fresh.run.exitCode).toBe(0);
    await expect(stores.target.describe('orders')).rejects.toThrow('not in');
    expect(await itemsOf(stores.target, 'bystander')).toHaveLength(2);
    expect(await itemsOf(stores.target, 'other')).toHaveLength(6);
  });

  test('a dry run records the plan and leaves both stores as they were', async () => {
    const stores = { source: await filled(6, ['orders', 'other']), target: await filled(2) };
    const { run } = await runCopy({ stores, ledger }, { dryRun: true, onExisting: 'replace' });
    expect(run).toMatchObject({ exitCode: 0, status: 'succeeded' });
    expect(await savedForecast(ledger, run.run)).toMatchObject({
      tables: [
        { table: 'orders', target: 'existing' },
        { table: 'other', target: 'absent' },
      ],
      drops: ['orders'],
    });
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(2);
    await expect(stores.target.describe('other')).rejects.toThrow('not in');
  });

  test('creates a table again that was dropped from the target between two runs, and carries it from its beginning', async () => {
    const stores = { source: await filled(30, ['orders', 'other']), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await stores.target.drop('orders');
    const { run, tables } = await runCopy({ stores, ledger }, {});
    expect(run.exitCode).toBe(0);
    expect(tables.map(({ migrate }) => migrate.items)).toEqual([30, 30]);
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(30);
  });

  test('carries a table again that was made anew in the target between two runs', async () => {
    const stores = { source: await filled(30), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await stores.target.drop('orders');
    await stores.target.create(orders);
    const { run } = await runCopy({ stores, ledger }, {});
    expect(run.exitCode).toBe(0);
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(30);
  });

  test('a unit that fails is recorded, the others go on, and the run fails with the list', async () => {
    const stores = { source: await filled(100), target: openMemoryStore() };
    const read = stores.source.read.bind(stores.source);
    let broken = true;
    stores.source.read = (segment, from, options) => {
      if (broken && segment.index === 1) throw new TypeError('this segment is beyond reading');
      return read(segment, from, options);
    };
    const failed = await runCopy({ stores, ledger }, { segments: 4 });
    expect(failed.run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(failed.run.error?.message).toContain('beyond reading');
    expect(failed.tables[0]?.migrate).toMatchObject({ units: 4, done: 3, failures: [{ name: 'TypeError' }] });
    broken = false;
    const mended = await runCopy({ stores, ledger }, { segments: 4 });
    expect(mended.run.exitCode).toBe(0);
    expect(mended.tables[0]?.migrate).toMatchObject({ done: 4, items: 100, failures: [] });
  });

  test('a fresh start does not drop a table that somebody made anew under the same name', async () => {
    const stores = { source: await filled(6, ['orders', 'other']), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { tables: ['orders'], steps: ['setup', 'migrate'] });
    await stores.target.drop('orders');
    await stores.target.create(orders);
    await put(stores.target, 'orders', [{ id: { S: 'theirs' } }]);
    const fresh = await runCopy({ stores, ledger }, { tables: ['other'], fresh: true });
    expect(fresh.run.exitCode).toBe(0);
    expect(await itemsOf(stores.target, 'orders')).toEqual([{ id: { S: 'theirs' } }]);
  });

  test('never completes what was not validated to its end: Judge refuses when Expect planned nothing', async () => {
    const stores = { source: await filled(20), target: openMemoryStore() };
    // As after a unit of Migrate that came to its end only when Expect had seen it unfinished.
    const handlers = { Expect: () => Promise.resolve({ done: true, units: [] }) };
    const { run } = await runCopy({ stores, ledger, handlers }, {});
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError', step: 'judge' } });
    expect((await runCopy({ stores, ledger }, {})).run.exitCode).toBe(0);
  });
});
