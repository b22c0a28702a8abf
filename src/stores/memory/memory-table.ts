import { createHash, randomUUID } from 'node:crypto';
import { canonicalNumber } from '../../digest/decimal.js';
import { keyToText } from '../../digest/key-json.js';
import { ItemRefusedError } from '../../errors.js';
import { keyOf, type Item, type ItemKey } from '../item.js';
import type { KeyColumn, TableDescription } from '../store.js';
import { copyItem } from './copy-item.js';

/** How many hash values there are: segments are ranges of them. */
export const hashes = 2 ** 32;

/**
 * The items of a table by place: eight hexadecimal digits of the key's hash, then the key's text. Places are in an order
 * that does not depend on what else is in the table, so that reading goes on rightly when items come and go.
 */
export class MemoryTable {
  readonly identity = randomUUID();
  readonly #items = new Map<string, Item>();
  #places: string[] | undefined;

  constructor(readonly description: TableDescription) {}

  get size(): number {
    return this.#items.size;
  }

  put(item: Item): void {
    const place = this.#placeOf(item);
    if (!this.#items.has(place)) this.#places = undefined;
    this.#items.set(place, copyItem(item));
  }

  get(key: ItemKey): Item | undefined {
    const item = this.#items.get(this.#placeOf(key));
    return item && copyItem(item);
  }

  delete(key: ItemKey): void {
    if (this.#items.delete(this.#placeOf(key))) this.#places = undefined;
  }

  /** Up to `count` items whose places come after `after` and before `end`, with the last one's place. */
  page(after: string, end: string, count: number): { items: Item[]; last: string; more: boolean } {
    this.#places ??= [...this.#items.keys()].sort();
    const first = firstAfter(this.#places, after);
    const places = this.#places.slice(first, first + count + 1).filter((place) => place < end);
    const taken = places.slice(0, count);
    const items = taken.flatMap((place) => {
      const item = this.#items.get(place);
      return item === undefined ? [] : [copyItem(item)];
    });
    return { items, last: taken.at(-1) ?? after, more: places.length > count };
  }

  #placeOf(item: Item): string {
    for (const column of this.description.key) assertKeyColumn(this.description.name, item, column);
    const text = keyToText(keyOf(item, this.description.key));
    return createHash('sha256').update(text).digest('hex').slice(0, 8) + text;
  }
}

function assertKeyColumn(table: string, item: Item, { name, type }: KeyColumn): void {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  const good = value !== undefined && type in value && !('N' in value && canonicalNumber(value.N) === undefined);
  if (good) return;
  throw new ItemRefusedError(`table "${table}": an item's key attribute "${name}" must be there and of type ${type}`);
}

/** The index of the first place that is greater than `after`. */
function firstAfter(places: readonly string[], after: string): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? '') <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
