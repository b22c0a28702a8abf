import { firstData } from '../../../src/engine/tasks/adoption.js';
import { lookAtDatabase } from '../../../src/engine/home/open-database.js';
import type { DeclaredStore } from '../../../src/project.js';
import type { Store } from '../../../src/stores/store.js';
import { createEmpty, filled } from '../memory-stores.js';

/** A project of these stores, of which `away` cannot be opened here. */
function depsOf(
  stores: Readonly<Record<string, Store>>,
  declared: Readonly<Record<string, Partial<DeclaredStore>>> = {},
) {
  const names = [...Object.keys(stores), 'away'];
  return {
    project: {
      stores: Object.fromEntries(names.map((name) => [name, { url: `memory:${name}`, ...declared[name] }])),
      database: 'shop',
    },
    reaches: (name: string) => name !== 'away',
    openStore: (name: string) => {
      const store = stores[name];
      return store === undefined ? Promise.reject(new Error(`${name} was opened`)) : Promise.resolve(store);
    },
  };
}

describe('whether a database has data', () => {
  test('is told by the first table that has an item, in any declared store', async () => {
    const [shop, others] = [await filled(0), await filled(1, ['lines'])];
    expect(await firstData(depsOf({ shop }))).toBeUndefined();
    expect(await firstData(depsOf({ shop, others }))).toContain('table "lines"');
  });

  test('is not told by tables that the declaration leaves out, which are not read', async () => {
    const shop = await filled(1, ['foreign']);
    await createEmpty(shop, 'orders');
    const read = shop.read.bind(shop);
    shop.read = (segment, ...more) => {
      if (segment.table === 'foreign') throw new Error('foreign was read');
      return read(segment, ...more);
    };
    expect(await firstData(depsOf({ shop }, { shop: { tables: ['ord*'] } }))).toBeUndefined();
    await expect(firstData(depsOf({ shop }))).rejects.toThrow('foreign was read');
  });
});

test('a database without a version is looked for in no store that cannot be opened here', async () => {
  const shop = await filled(0);
  expect(await lookAtDatabase(depsOf({ shop }))).toMatchObject({ name: 'shop', arrived: true });
  await expect(lookAtDatabase({ ...depsOf({ shop }), reaches: () => true })).rejects.toThrow('away was opened');
});
