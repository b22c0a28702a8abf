import fc from 'fast-check';
import { canonicalNumber } from '../../../src/digest/decimal.js';
import type { Item } from '../../../src/stores/item.js';
import { attributes, itemOfSize, names, numbers, values as samples } from './samples.js';
import { created, description, filled, formOf, formsOf, itemsOf, pagesOf, writeItems, withStore } from './subject.js';
import type { StoreSubject } from './subject.js';

export function values(subject: StoreSubject): void {
  test('come back as they were, each type, alone and nested', () =>
    withStore(subject, async (store) => {
      const single = Object.entries(samples).map(([id, value]): Item => ({ id: { S: id }, value }));
      const together = { id: { S: 'all' }, ...samples, map: { M: samples }, list: { L: Object.values(samples) } };
      const items = [...single, together, { id: { S: 'nothing but a key' } }];
      await filled(store, items);
      const read = new Map((await itemsOf(store)).map((item) => [JSON.stringify(item['id']), item]));
      for (const item of items) expect(formOf(read.get(JSON.stringify(item['id'])))).toBe(formOf(item));
      expect(read.size).toBe(items.length);
    }));

  test('keep all 38 digits and any magnitude of a number', () =>
    withStore(subject, async (store) => {
      await filled(
        store,
        numbers.map((N, index) => ({ id: { S: String(index) }, at: { N: String(index) }, value: { N } })),
      );
      const read = await itemsOf(store);
      expect(read).toHaveLength(numbers.length);
      for (const { at, value } of read) {
        const given = numbers[Number(at && 'N' in at ? at.N : NaN)] ?? '';
        expect(value && 'N' in value && canonicalNumber(value.N)).toBe(canonicalNumber(given));
      }
    }));

  test('may be named anything, inside of maps too', () =>
    withStore(subject, async (store) => {
      const named = Object.fromEntries(names.map((name) => [name, { S: `value of ${name}` }]));
      const items = [
        { id: { S: 'top' }, ...named },
        { id: { S: 'nested' }, map: { M: named } },
      ];
      // A spread copies `__proto__` as an own property, as `Object.fromEntries` makes it.
      expect(Object.hasOwn(items[0] ?? {}, '__proto__')).toBe(true);
      await filled(store, items);
      const read = await itemsOf(store);
      expect(formsOf(read)).toEqual(formsOf(items));
    }));

  test('keep names apart that are written alike in JSON, whichever were read before', () =>
    withStore(subject, async (store) => {
      const alike = ['\\', '\n', '"', 'a\\', 'a\n', 'a"', 'a\t'];
      const items = alike.map((name): Item => ({ id: { S: `id of ${name}` }, [name]: { S: name } }));
      await filled(store, items);
      for (let times = 0; times < 2; times += 1) expect(formsOf(await itemsOf(store))).toEqual(formsOf(items));
    }));

  test('come back as they were, whatever they are', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(attributes, { minLength: 1, maxLength: 20 }), async (many) => {
          run += 1;
          const mark = { S: `run ${run}` };
          const items = many.map((item, index): Item => ({ ...item, id: { S: `${run}:${index}` }, mark }));
          await writeItems(store, items, { unit: run });
          const read = await itemsOf(store, 'orders', 1, {});
          const own = read.filter(({ mark }) => mark && 'S' in mark && mark.S === `run ${run}`);
          expect(formsOf(own)).toEqual(formsOf(items));
        }),
        // A failure is made smaller on the real engine: for a while, not until the test's time is over.
        { numRuns: 8, interruptAfterTimeLimit: 30_000 },
      );
    }));

  test('make items of up to 400 KB, several in one write', () =>
    withStore(subject, async (store) => {
      const items = ['a', 'b', 'c', 'd', 'e'].map((id) => itemOfSize(id, 400 * 1024));
      await filled(store, items);
      const [segment] = await store.split('orders', 1);
      const pages = segment === undefined ? [] : await pagesOf(store, segment);
      expect(formsOf(pages.flatMap((page) => page.items))).toEqual(formsOf(items));
      const sizeBytes = pages.reduce((sum, page) => sum + page.sizeBytes, 0);
      expect(sizeBytes).toBeGreaterThan(5 * 390_000);
      expect(sizeBytes).toBeLessThan(5 * 600_000);
    }));
}
