import { InputError, ItemRefusedError } from '../../errors.js';
import type { Item } from '../item.js';
import type { KeyColumn } from '../store.js';

/** The first column of `key` that `item` does not have with its type. */
function missingColumn(item: Item, key: readonly KeyColumn[]): KeyColumn | undefined {
  return key.find(({ name, type }) => !Object.hasOwn(item, name) || !Object.hasOwn(item[name] ?? {}, type));
}

/** Throws ItemRefusedError for an item that AWS's import could not take, since it has not its table's key. */
export function assertKeys(table: string, items: readonly Item[], key: readonly KeyColumn[]): void {
  for (const item of items) {
    const missing = missingColumn(item, key);
    if (missing === undefined) continue;
    const attributes = Object.keys(item).slice(0, 10).join('", "');
    throw new ItemRefusedError(
      `table "${table}": an item with the attributes "${attributes}" has no "${missing.name}" of type ${missing.type}, which is in its key`,
    );
  }
}

/** Throws InputError when an item of an export does not have the key that the URL names. */
export function assertNamedKey(where: string, item: Item, key: readonly KeyColumn[]): void {
  const missing = missingColumn(item, key);
  if (missing === undefined) return;
  const message = `the item has no "${missing.name}" of type ${missing.type}, which ?key= names as its key`;
  throw new InputError([{ field: where, message }]);
}
