import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Item } from '../../../src/stores/item.js';
import { createEmpty, filled, itemOf, put } from '../../engine/memory-stores.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { carry } from './carry.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

/** Two items of the source get the key of one. */
const colliding = (item: Item): Item => {
  const { S: id } = item['id'] as { S: string };
  return id === 'item-4' ? { ...item, id: { S: 'item-5' } } : item;
};

describe('two items of the source that get one key in the target', () => {
  test('are found by validation, and the key is named', async () => {
    const stores = { source: await filled(10), target: openMemoryStore(), ledger };
    const { run } = await carry(stores, { changes: { orders: { transform: colliding } } });
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(run.error?.message).toMatch(/: 1 missing, .*several items of the source.*: {"id":"item-5"}/);
  });

  test('are found where they are merged into what the target holds', async () => {
    const target = openMemoryStore();
    await createEmpty(target, 'orders');
    await put(target, 'orders', [itemOf(99)]);
    const stores = { source: await filled(10), target, ledger };
    const { run } = await carry(stores, { onExisting: 'merge', changes: { orders: { transform: colliding } } });
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(run.error?.message).toMatch(/several items of the source.*: {"id":"item-5"}/);
  });
});

describe('a transform into a table that is merged', () => {
  test('carries its items and leaves those that were there', async () => {
    const target = openMemoryStore();
    await createEmpty(target, 'orders');
    await put(target, 'orders', [itemOf(99), itemOf(3)]);
    const transform = (item: Item): Item | undefined =>
      (item['id'] as { S: string }).S === 'item-5' ? undefined : { ...item, seen: { BOOL: true } };
    const stores = { source: await filled(10), target, ledger };
    const { run } = await carry(stores, { onExisting: 'merge', changes: { orders: { transform } } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect((await target.describe('orders')).items).toBe(10);
  });
});
