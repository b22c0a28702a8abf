import { TableNotFoundError } from '../../../src/errors.js';
import { keyOf } from '../../../src/stores/item.js';
import type { Cursor, Page, Segment, Store } from '../../../src/stores/store.js';
import { collect, created, description, dropped, filled, formsOf, idColumn, itemsOf } from './subject.js';
import { numbered, pagesOf, throughJson, withStore, writeItems, type StoreSubject } from './subject.js';

const orders = numbered(0, 300);

export function reading(subject: StoreSubject): void {
  test.each([1, 2, 3, 7, 16])('in %i segments gives every item once', (parts) =>
    withStore(subject, async (store) => {
      await filled(store, orders);
      const segments = await store.split('orders', parts);
      expect(segments.length).toBeGreaterThanOrEqual(1);
      expect(segments.length).toBeLessThanOrEqual(parts);
      expect(segments.map(({ index, table }) => [index, table])).toEqual(segments.map((_, at) => [at, 'orders']));
      const read = await Promise.all(segments.map((segment) => pagesOf(store, segment)));
      expect(formsOf(read.flat().flatMap(({ items }) => items))).toEqual(formsOf(orders));
      for (const page of read.flat()) assertPage(page);
    }),
  );

  test('goes on from every cursor with exactly the rest', () =>
    withStore(subject, async (store) => {
      await filled(store, orders.slice(0, 120));
      for (const segment of await store.split('orders', 2)) {
        const pages = await pagesOf(store, segment);
        for (const [at, { cursor }] of pages.entries()) {
          const rest = await pagesOf(store, segment, cursor);
          const expected = pages.slice(at + 1).flatMap(({ items }) => items);
          expect(formsOf(rest.flatMap(({ items }) => items))).toEqual(formsOf(expected));
        }
      }
    }));

  test('goes on from a cursor with pages of another size', () =>
    withStore(subject, async (store) => {
      await filled(store, orders.slice(0, 60));
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('a table has at least one segment');
      const [first] = await pagesOf(store, segment, undefined, { pageItems: 7 });
      const rest = await pagesOf(store, segment, first?.cursor, {});
      const items = [...(first?.items ?? []), ...rest.flatMap((page) => page.items)];
      expect(formsOf(items)).toEqual(formsOf(orders.slice(0, 60)));
    }));

  test('an empty table gives no items', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      expect(await itemsOf(store)).toEqual([]);
      expect(await itemsOf(store, 'orders', 1, { consistent: false })).toEqual([]);
    }));

  test('a table that is not there throws TableNotFoundError, also when it goes between two pages', () =>
    withStore(subject, async (store) => {
      await filled(store, orders);
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('a table has at least one segment');
      const [first] = await pagesOf(store, segment);
      await dropped(store, 'orders');
      await expect(pagesOf(store, segment)).rejects.toThrow(TableNotFoundError);
      await expect(pagesOf(store, segment, first?.cursor)).rejects.toThrow(TableNotFoundError);
    }));

  test('loses nothing when what was read is deleted, and goes on where an item is no more', () =>
    withStore(subject, async (store) => {
      if (store.remove === undefined) return expect(store.capabilities.remove).toBe(false);
      await filled(store, orders);
      const seen = [];
      for (const segment of await store.split('orders', 3)) {
        for (let page = await pageAfter(store, segment); page; page = await pageAfter(store, segment, page.cursor)) {
          seen.push(...page.items);
          await store.remove(
            'orders',
            page.items.map((item) => keyOf(item, [idColumn])),
          );
        }
      }
      expect(formsOf(seen)).toEqual(formsOf(orders));
      expect(await itemsOf(store)).toEqual([]);
    }));

  test('one stream loses nothing when items are deleted and written behind and before it', () =>
    withStore(subject, async (store) => {
      if (store.remove === undefined) return expect(store.capabilities.remove).toBe(false);
      await filled(store, orders);
      const seen = new Set<string>();
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('a table has at least one segment');
      let extra = 1_000;
      for await (const page of store.read(segment, undefined, { pageItems: 10 })) {
        for (const form of formsOf(page.items)) {
          expect(seen.has(form)).toBe(false);
          seen.add(form);
        }
        const last = page.items.slice(-1).map((item) => keyOf(item, [idColumn]));
        await store.remove('orders', last);
        if (extra < 1_010) await writeItems(store, numbered(extra, (extra += 1)), { unit: extra });
      }
      expect(formsOf(orders).filter((form) => !seen.has(form))).toEqual([]);
    }));

  test('that is broken off early holds nothing: others go on', () =>
    withStore(subject, async (store) => {
      await filled(store, orders);
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('a table has at least one segment');
      for (let reader = 0; reader < 40; reader += 1) {
        for await (const page of store.read(segment, undefined, { pageItems: 10 })) {
          expect(page.items.length).toBeGreaterThan(0);
          break;
        }
      }
      expect(await collect(store.read(segment))).not.toHaveLength(0);
      await dropped(store, 'orders');
    }));
}

/** The next page that holds items; undefined at the end. */
async function pageAfter(store: Store, segment: Segment, from?: Cursor): Promise<Page | undefined> {
  const cursor = from === undefined ? undefined : throughJson(from);
  for await (const page of store.read(segment, cursor, { pageItems: 10 })) if (page.items.length > 0) return page;
  return undefined;
}

function assertPage(page: Page): void {
  expect(page.items.length).toBeLessThanOrEqual(10);
  expect(page.sizeBytes).toBeGreaterThanOrEqual(page.items.length * 10);
  expect(page.sizeBytes).toBeLessThanOrEqual(page.items.length * 200);
  const { requests, readUnits, writeUnits } = page.usage;
  expect(Math.min(requests, readUnits)).toBeGreaterThanOrEqual(0);
  expect(writeUnits).toBe(0);
}
