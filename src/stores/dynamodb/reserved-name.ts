import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, Item } from '../item.js';
import { keyOf } from '../item.js';
import type { KeyColumn } from '../store.js';
import { getBatch } from './get.js';
import { itemToText } from './item-json.js';
import { refused } from './refused-item.js';
import type { Requests } from './requests.js';

export interface KeptNamesDependencies {
  readonly client: DynamoDBClient;
  readonly requests: Requests;
  readonly table: string;
  readonly physical: string;
  readonly storedKey: readonly KeyColumn[];
}

/**
 * `__proto__` is a name like any other to DynamoDB; but an emulator in JavaScript that assigns it loses the attribute
 * without a word. So the first item with that name is read back after it was written, and
 * what the engine lost is refused before anything counts it as carried.
 */
export class KeptNames {
  private isKept = false;

  /** Throws ItemRefusedError when the engine acknowledged an item of these but did not keep an attribute `__proto__`. */
  async assertKept(dependencies: KeptNamesDependencies, items: readonly Item[]): Promise<void> {
    if (this.isKept) return;
    const item = items.find(hasReservedName);
    if (item === undefined) return;
    const { table, storedKey } = dependencies;
    const { items: kept } = await getBatch(dependencies, [itemToText(keyOf(item, storedKey))]);
    const [stored] = kept;
    if (stored === undefined || !hasReservedName(stored)) {
      throw refused(table, item, storedKey, 'this engine does not keep attributes that are named "__proto__"');
    }
    this.isKept = true;
  }
}

/** Whether an attribute is named `__proto__`, at any depth. */
export function hasReservedName(item: Item): boolean {
  for (const name in item) {
    if (name === '__proto__') return true;
    const value = item[name];
    if (value !== undefined && ('M' in value || 'L' in value) && hasReservedNameWithin(value)) return true;
  }
  return false;
}

function hasReservedNameWithin(value: AttributeValue): boolean {
  if ('M' in value) return hasReservedName(value.M);
  return 'L' in value && value.L.some(hasReservedNameWithin);
}
