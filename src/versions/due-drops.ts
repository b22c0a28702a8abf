import type { PendingDrop } from './state-entry.js';

/** Of what is to be dropped, that whose time has come; `now` in epoch milliseconds. */
export function dueDrops(pending: readonly PendingDrop[], now: number): PendingDrop[] {
  return pending.filter(({ notBefore }) => Date.parse(notBefore) <= now);
}
