import type { Clock } from '../clock.js';
import { isSameRenewal, type LeaseRecord } from '../kv/lease-cell.js';

/**
 * Tells a holder that lives from a dead one, by looking again and again: one whose lease is not renewed for its whole
 * duration, by our monotonic clock, is dead, as it is for those who would take over.
 */
export class LeaseWatch {
  #seen: { readonly lease: LeaseRecord; readonly sinceMs: number } | undefined;

  constructor(private readonly clock: Clock) {}

  /** How long the holder of this lease, which was read just now, may still be alive; 0: nobody is. */
  aliveForMs(lease: LeaseRecord | undefined): number {
    if (lease === undefined) return 0;
    const seen = this.#seen;
    if (seen === undefined || !isSameRenewal(seen.lease, lease)) {
      this.#seen = { lease, sinceMs: this.clock.monotonic() };
      return lease.durationMs;
    }
    return Math.max(0, lease.durationMs - (this.clock.monotonic() - seen.sinceMs));
  }
}
