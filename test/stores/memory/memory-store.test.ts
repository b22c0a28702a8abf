import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { storeConformance } from '../../support/store-conformance.js';
import {
  created,
  description,
  formsOf,
  itemsOf,
  numbered,
  writeItems,
} from '../../support/store-conformance/subject.js';

storeConformance({
  name: 'memory',
  open: () => {
    const store = openMemoryStore();
    return Promise.resolve({ store, close: () => store.close() });
  },
});

describe('memory stores', () => {
  test('of one name hold the same tables, which outlive them; without a name each has its own', async () => {
    const [first, second] = [openMemoryStore({ name: 'shared' }), openMemoryStore({ name: 'shared' })];
    await created(first, description());
    await writeItems(first, numbered(0, 5));
    await first.close();
    expect(formsOf(await itemsOf(second))).toEqual(formsOf(numbered(0, 5)));
    await second.keyValues.set(Buffer.from('p'), Buffer.from('k'), Buffer.from('v'));
    const own = openMemoryStore();
    await expect(own.describe('orders')).rejects.toThrow('table "orders" is not in memory:');
  });

  test('keep their own copy of what was written and what was read', async () => {
    const store = openMemoryStore();
    await created(store, description());
    const body = Uint8Array.of(1, 2, 3);
    const item = { id: { S: 'a' }, map: { M: { body: { B: body } } } };
    await writeItems(store, [item]);
    body.fill(0);
    for (const read of await itemsOf(store)) ((read['map'] as typeof item.map).M.body.B as Uint8Array).fill(9);
    expect(await itemsOf(store)).toEqual([{ ...item, map: { M: { body: { B: Uint8Array.of(1, 2, 3) } } } }]);
  });
});
