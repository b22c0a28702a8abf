import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { filled, itemsOf, tableNames } from '../../engine/memory-stores.js';
import { runCopy, withTestLedgers } from '../../support/copy-run.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

test('a table that a rollover took the place of is not carried in the place of the live one', async () => {
  const stores = { source: await filled(3, ['orders', 'orders_v2', 'lines']), target: openMemoryStore() };
  const { identity } = await stores.source.describe('orders');
  const notBefore = '2026-01-08T00:00:00.000Z';
  const pending = { store: 'source', table: 'orders', identity, version: 2, notBefore };
  await changeState(stores.source.keyValues, (state) => ({
    ...state,
    ...{ version: 2, baseline: 0, active: { orders: 'orders_v2' }, cleanup: [pending] },
  }));
  const { run } = await runCopy({ stores, ledger }, {});
  expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
  expect(run.error?.message).toContain('table "orders": was replaced by "orders_v2" at version 2');
  expect(await tableNames(stores.target)).toEqual([]);
  expect((await runCopy({ stores, ledger }, { exclude: ['orders'] })).run.exitCode).toBe(0);
  expect(await tableNames(stores.target)).toEqual(['lines', 'orders_v2']);
  expect(await itemsOf(stores.target, 'orders_v2')).toHaveLength(3);
});
