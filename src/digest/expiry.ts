import type { Item } from '../stores/item.js';

/** DynamoDB ignores expiries more than five years back: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html */
const ignoredBeforeMs = 5 * 365.25 * 24 * 3_600 * 1_000;

/** Whether the item's time to live, epoch seconds in a number attribute, had passed at `nowMs`, epoch milliseconds. */
export function itemExpired(item: Item, ttlAttribute: string, nowMs: number): boolean {
  const value = Object.hasOwn(item, ttlAttribute) ? item[ttlAttribute] : undefined;
  if (value === undefined || !('N' in value)) return false;
  const expiresMs = Number(value.N) * 1_000;
  return expiresMs < nowMs && expiresMs > nowMs - ignoredBeforeMs;
}
