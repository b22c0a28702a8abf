import { ItemRefusedError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { quarantined, type QuarantinedItem } from '../../../src/migrations/quarantine/quarantine.js';
import type { Item } from '../../../src/stores/item.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { filled, itemOf, itemsOf, put } from '../../engine/memory-stores.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { carry, carryAnew } from './carry.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const idOf = (item: Item): string => (item['id'] as { S: string }).S;

async function inQuarantine(attempt: string | undefined): Promise<QuarantinedItem[]> {
  const found: QuarantinedItem[] = [];
  for await (const item of quarantined(ledger, attempt ?? '')) found.push(item);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A store in memory that refuses items for what they are, after it took the others, and does not say which. */
function refusing(refuses: (item: Item) => boolean): Store {
  const store = openMemoryStore();
  const writer = store.writer.bind(store);
  store.writer = (table, options) => {
    const plain = writer(table, options);
    return {
      full: true,
      async write(items) {
        await plain.write(items.filter((item) => !refuses(item)));
        if (items.some(refuses)) throw new ItemRefusedError(`table "${table}" cannot take an item`);
      },
      flush: () => plain.flush(),
      abandon: () => plain.abandon(),
    };
  };
  return store;
}

describe('an item that cannot be carried', () => {
  const throwing = (item: Item): Item => {
    (item as Record<string, unknown>)['spoilt'] = { BOOL: true };
    if (idOf(item) === 'item-3') throw new RangeError('no such total');
    return { ...item, checked: { BOOL: true } };
  };

  test('is kept whole with the reason, and keeps the migration from completing', async () => {
    const { run, target } = await carryAnew(await filled(10), ledger, { changes: { orders: { transform: throwing } } });
    expect(run).toMatchObject({ status: 'failed', exitCode: 3, error: { name: 'ItemsQuarantinedError' } });
    expect(run.error?.message).toMatch(
      /^1 item is in quarantine, and 0 may be: .*\n.*"orders", {"id":"item-3"}: RangeError: no such total$/,
    );
    expect(await inQuarantine(run.attempt)).toMatchObject([
      { table: 'orders', key: '{"id":"item-3"}', error: 'RangeError', reason: 'no such total' },
    ]);
    expect((await inQuarantine(run.attempt)).map(({ item }) => item)).toEqual([itemOf(3)]);
    expect((await itemsOf(target, 'orders')).map(idOf)).not.toContain('item-3');
  });

  test('is left out by a migration that allows so many', async () => {
    const { run, target } = await carryAnew(await filled(10), ledger, {
      changes: { orders: { transform: throwing } },
      quarantine: 1,
    });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await itemsOf(target, 'orders')).toHaveLength(9);
    expect(await inQuarantine(run.attempt)).toHaveLength(1);
  });

  test.each([
    ['nothing at all', null, /it must be an object of attributes, not null/],
    ['a plain value', { id: 'text' }, /attribute "id" must be an object that names its type/],
    ['a number that is none of text', { id: { S: 'a' }, n: { N: 5 } }, /"n" of type N must be a number as a string/],
    ['no key', { total: { N: '1' } }, /key attribute "id" must be there and of type S/],
    ['an unknown type', { id: { S: 'a' }, x: { D: '1' } }, /the type "D", which is none of DynamoDB's/],
    ['two types at once', { id: { S: 'a', N: '1' } }, /"id" has several types: S, N/],
    ['what is wrong deep inside', { id: { S: 'a' }, l: { L: [{ M: { x: { SS: [1] } } }] } }, /"x" of type SS must be/],
  ])('is one of which a transform gives %s', async (_, given, reason) => {
    const transform = (): Item => given as unknown as Item;
    const { run } = await carryAnew(await filled(1), ledger, { changes: { orders: { transform } }, quarantine: 1 });
    expect(run.exitCode).toBe(0);
    expect(await inQuarantine(run.attempt)).toMatchObject([{ reason: expect.stringMatching(reason) as string }]);
  });

  test('is one that the target refuses; all others of its write are carried', async () => {
    const target = refusing((item) => ['item-7', 'item-21', 'item-22'].includes(idOf(item)));
    const { run } = await carry({ source: await filled(40), target, ledger }, { quarantine: 3 });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await itemsOf(target, 'orders')).toHaveLength(37);
    const kept = await inQuarantine(run.attempt);
    expect(kept.map(({ item }) => item)).toEqual([21, 22, 7].map(itemOf));
    expect(kept[0]).toMatchObject({ error: 'ItemRefusedError', reason: 'table "orders" cannot take an item' });
  });

  test('is whole in quarantine: nothing of what became of it stays in the target', async () => {
    const target = refusing((item) => idOf(item) === 'part b of item-2');
    const transform = (item: Item): Item[] =>
      ['a', 'b', 'c'].map((part) => ({ ...item, id: { S: `part ${part} of ${idOf(item)}` } }));
    const { run } = await carry(
      { source: await filled(4), target, ledger },
      { changes: { orders: { transform } }, quarantine: 1 },
    );
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await inQuarantine(run.attempt)).toMatchObject([{ item: itemOf(2) }]);
    expect(await itemsOf(target, 'orders')).toHaveLength(9);
  });

  test('is kept whole when it is larger than a document of the ledger, of any text', async () => {
    const source = await filled(1);
    const large: Item = {
      id: { S: 'large' },
      text: { S: '\ud83d\ude00"\\\u0001\ud800é'.repeat(40_000) },
      bytes: { B: new Uint8Array(100_000) },
    };
    await put(source, 'orders', [large]);
    const target = refusing((item) => idOf(item) === 'large');
    const { run } = await carry({ source, target, ledger }, { quarantine: 1 });
    expect(run).toMatchObject({ exitCode: 0 });
    const [kept] = await inQuarantine(run.attempt);
    expect(kept?.item).toEqual(large);
  });
});

describe('a migration that goes on after its items were mended', () => {
  test('carries what was in quarantine, and validates it', async () => {
    const stores = { source: await filled(10), target: openMemoryStore(), ledger };
    const changes = {
      orders: {
        transform(item: Item): Item {
          if ('N' in item['total']! && item['total'].N === '12') throw new Error('twelve');
          return item;
        },
      },
    };
    const first = await carry(stores, { changes });
    expect(first.run.exitCode).toBe(3);
    await put(stores.source, 'orders', [{ id: { S: 'item-4' }, total: { N: '13' } }]);
    const { run, tables } = await carry(stores, { changes });
    expect(run).toMatchObject({ exitCode: 0, attempt: first.run.attempt });
    expect(tables).toMatchObject([{ migrate: { items: 10 } }]);
    expect(await itemsOf(stores.target, 'orders')).toContainEqual({ id: { S: 'item-4' }, total: { N: '13' } });
    expect(await inQuarantine(run.attempt)).toEqual([]);
  });

  test('keeps what still cannot be carried, once, and forgets what the source has no more', async () => {
    const stores = { source: await filled(10), target: openMemoryStore(), ledger };
    const transform = (item: Item): Item => {
      if (['item-4', 'item-5'].includes(idOf(item))) throw new Error('never');
      return item;
    };
    await carry(stores, { changes: { orders: { transform } } });
    await stores.source.remove?.('orders', [{ id: { S: 'item-4' } }]);
    const { run } = await carry(stores, { changes: { orders: { transform } } });
    expect(run.error?.message).toMatch(/^1 item is in quarantine/);
    expect((await inQuarantine(run.attempt)).map(({ key }) => key)).toEqual(['{"id":"item-5"}']);
  });
});
