import type { Item } from '../stores/item.js';

/** DynamoDB ignores expiries more than five years back: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html */
const ignoredBeforeMs = 5 * 365.25 * 24 * 3_600 * 1_000;

/** When the item's time to live ends, epoch milliseconds, by its number attribute in epoch seconds; undefined: never. */
export function expiryOf(item: Item, ttlAttribute: string): number | undefined {
  const value = Object.hasOwn(item, ttlAttribute) ? item[ttlAttribute] : undefined;
  if (value === undefined || !('N' in value)) return undefined;
  const expiresMs = Number(value.N) * 1_000;
  return Number.isFinite(expiresMs) ? expiresMs : undefined;
}

/** Whether a time to live that ends at `expiresMs` had passed at `nowMs`, both epoch milliseconds. */
export function hasExpired(expiresMs: number | undefined, nowMs: number): boolean {
  return expiresMs !== undefined && expiresMs < nowMs && expiresMs > nowMs - ignoredBeforeMs;
}
