import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Item } from '../../../src/stores/item.js';
import { filled, itemOf, itemsOf, tableNames } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { carryAnew } from './carry.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const all = (count: number, of: (item: Item, id: number) => Item): Item[] =>
  Array.from({ length: count }, (_, id) => of(itemOf(id), id)).sort((a, b) =>
    JSON.stringify(a).localeCompare(JSON.stringify(b)),
  );

describe('tables that are carried by a migration', () => {
  test('are as they were, and the database is at its version', async () => {
    const { run, tables, target } = await carryAnew(await filled(30), ledger, {});
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await itemsOf(target, 'orders')).toEqual(all(30, (item) => item));
    expect(tables).toMatchObject([{ table: 'orders', migrate: { items: 30 } }]);
  });

  test('have another name, and are all else that they were', async () => {
    const source = await filled(10, ['orders', 'lines']);
    const { run, tables, target } = await carryAnew(source, ledger, { changes: { orders: { as: 'sales' } } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await tableNames(target)).toEqual(['lines', 'sales']);
    expect(await itemsOf(target, 'sales')).toEqual(all(10, (item) => item));
    expect(tables.map(({ table }) => table)).toEqual(['lines', 'sales']);
    const { key, origin } = await target.describe('sales');
    expect({ key, origin }).toEqual({ key: [{ name: 'id', type: 'S' }], origin: { engine: 'memory', metadata: null } });
  });

  test('hold what the transform makes of each item: another one, several, or none', async () => {
    const { run, target } = await carryAnew(await filled(12), ledger, {
      changes: {
        orders: {
          transform: (item) => {
            const { N: total = '' } = item['total'] as { N: string };
            if (Number(total) % 2 === 1) return undefined;
            if (Number(total) % 12 === 0) return [item, { ...item, id: { S: `copy of ${total}` } }];
            return Promise.resolve({ ...item, even: { BOOL: true } });
          },
        },
      },
    });
    expect(run).toMatchObject({ exitCode: 0 });
    const expected = Array.from({ length: 12 }, (_, id) => id).flatMap((id): Item[] => {
      const item = itemOf(id);
      if (id % 2 === 1) return [];
      return id % 4 === 0 ? [item, { ...item, id: { S: `copy of ${id * 3}` } }] : [{ ...item, even: { BOOL: true } }];
    });
    expect(new Set((await itemsOf(target, 'orders')).map((item) => JSON.stringify(item)))).toEqual(
      new Set(expected.map((item) => JSON.stringify(item))),
    );
  });

  test('are found by another key', async () => {
    const key = [
      { name: 'total', type: 'N' },
      { name: 'id', type: 'S' },
    ] as const;
    const { run, target } = await carryAnew(await filled(10), ledger, { changes: { orders: { key } } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect((await target.describe('orders')).key).toEqual(key);
    expect(await itemsOf(target, 'orders')).toEqual(all(10, (item) => item));
  });
});
