import type { Item, ItemKey } from '../../../src/stores/item.js';
import { keyOf } from '../../../src/stores/item.js';
import type { KeyColumn } from '../../../src/stores/store.js';
import { numbers } from './samples.js';
import { description, filled, formOf, formsOf, itemsOf, withStore } from './subject.js';
import type { StoreSubject } from './subject.js';

const texts = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  'ab',
  '\u00e9',
  'e\u0301',
  '𝒳',
  '\uffff',
  '\ufffd',
  '\u0000',
  'a\u0000',
  'a\u0000b',
];
const quotes = ['?x', 'a/b', ':', '"', "'", '\\', '%', '_', '\n', '..', '__proto__', '-', 'NaN', 'x'.repeat(1_000)];
const binaries = [[], [0], [0, 0], [0, 1], [1], [127], [128], [255], [255, 0], [255, 255], [0x5c, 0x78], [0x0a]];

const S = [...texts, ...quotes].map((text) => ({ S: text }));
const N = numbers.map((number) => ({ N: number }));
const B = [...binaries.map((bytes) => Uint8Array.from(bytes)), new Uint8Array(1_000).fill(255)].map((bytes) => ({
  B: bytes,
}));
const column = (name: string, type: KeyColumn['type']): KeyColumn => ({ name, type });

/** Keys of each shape, with keys that differ as little as they can. */
const shapes: readonly { title: string; key: readonly KeyColumn[]; keys: readonly ItemKey[] }[] = [
  { title: 'strings of any Unicode', key: [column('id', 'S')], keys: S.map((id) => ({ id })) },
  { title: 'binaries', key: [column('id', 'B')], keys: B.map((id) => ({ id })) },
  { title: 'numbers', key: [column('id', 'N')], keys: N.map((id) => ({ id })) },
  {
    title: 'a string and a number',
    key: [column('pk', 'S'), column('sk', 'N')],
    keys: S.slice(0, 8).flatMap((pk) => N.slice(0, 8).map((sk) => ({ pk, sk }))),
  },
  {
    title: 'a number and a binary, in another order than their names',
    key: [column('z', 'N'), column('a', 'B')],
    keys: N.slice(0, 6).flatMap((z) => B.map((a) => ({ z, a }))),
  },
  {
    title: 'a string, a number and a binary',
    key: [column('pk', 'S'), column('order line', 'N'), column('Part', 'B')],
    keys: S.slice(0, 4).flatMap((pk) =>
      N.slice(0, 5).flatMap((line) => B.slice(0, 5).map((part) => ({ pk, 'order line': line, Part: part }))),
    ),
  },
  // fromEntries makes own properties of all names, where a literal would set the prototype.
  ...[
    [column('__proto__', 'S')],
    [column('constructor', 'S'), column('__proto__', 'N')],
    [column('toString', 'S'), column('__proto__', 'N'), column('hasOwnProperty', 'B')],
  ].map((key) => ({
    title: `named ${key.map(({ name }) => name).join(', ')}`,
    key,
    keys: [1, 2, 3, 4].map(
      (at) => Object.fromEntries(key.map(({ name, type }) => [name, { S, N, B }[type][at]])) as ItemKey,
    ),
  })),
];

export function keys(subject: StoreSubject): void {
  test.each(shapes)('may be $title', ({ key, keys }) =>
    withStore(subject, async (store) => {
      const items = keys.map((each, index): Item => ({ ...each, index: { N: String(index) } }));
      await filled(store, items, description('orders', key));
      expect((await store.describe('orders')).key).toEqual(key);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(items));
      if (store.get !== undefined) {
        const found = (await store.get('orders', keys)).items;
        expect(found.map(formOf)).toEqual(items.map(formOf));
      }
      if (store.remove !== undefined) {
        const odd = items.filter((_, index) => index % 2 === 1);
        await store.remove(
          'orders',
          odd.map((item) => keyOf(item, key)),
        );
        const even = items.filter((_, index) => index % 2 === 0);
        expect(formsOf(await itemsOf(store))).toEqual(formsOf(even));
      }
    }),
  );

  test('that are equal numbers are one key, however they are written', () =>
    withStore(subject, async (store) => {
      if (store.get === undefined) return expect(store.capabilities.get).toBe(false);
      const key = [column('id', 'N')];
      await filled(store, [{ id: { N: '1.0' }, at: { S: 'first' } }], description('orders', key));
      const last = { id: { N: '100E-2' }, at: { S: 'last' } };
      await filled(store, [last], description('orders', key));
      expect(formsOf(await itemsOf(store))).toEqual(formsOf([last]));
      const { items } = await store.get('orders', [{ id: { N: '1' } }, { id: { N: '10E-1' } }]);
      expect(items.map(formOf)).toEqual([formOf(last), formOf(last)]);
    }));
}
