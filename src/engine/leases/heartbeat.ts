import type { Clock } from '../../clock.js';
import { LeaseLostError } from '../../errors.js';
import type { HeldLease } from '../../kv/lease.js';

/** Renews a lease beside the work, so that one long request does not let it run out. */
export interface Heartbeat {
  /** Throws LeaseLostError once the lease was found to be another's. */
  assertHeld(): void;
  stop(): Promise<void>;
}

/** What shows in the ledger that somebody works, where nothing else is written for long. Its failure costs nothing. */
export interface SignOfLife {
  readonly everyMs: number;
  give(): Promise<void>;
}

/** Does the work of a step while the lease is kept. Throws LeaseLostError when it was lost meanwhile. */
export async function underHeartbeat<T>(
  { held, settings }: { readonly held: HeldLease; readonly settings: { readonly leaseMs: number } },
  clock: Clock,
  work: () => Promise<T>,
  sign?: SignOfLife,
): Promise<T> {
  const heartbeat = startHeartbeat(held, clock, settings.leaseMs, sign);
  try {
    const result = await work();
    heartbeat.assertHeld();
    return result;
  } finally {
    await heartbeat.stop();
  }
}

/**
 * Starts to keep `held`: looks every sixth of `leaseMs`, of which `keep` renews every third, so that a timer that fires a
 * little early costs a sixth and not a third more. A renewal that fails for any other reason than a lost lease is tried
 * again at the next beat: until then what is sent is guarded by `held.assertMaySend`.
 */
export function startHeartbeat(held: HeldLease, clock: Clock, leaseMs: number, sign?: SignOfLife): Heartbeat {
  const stopping = new AbortController();
  let lost: LeaseLostError | undefined;
  let signedAt = clock.monotonic();
  const giveSign = async (): Promise<void> => {
    if (sign === undefined || clock.monotonic() - signedAt < sign.everyMs) return;
    signedAt = clock.monotonic();
    await sign.give().catch(() => undefined);
  };
  const beat = async (): Promise<void> => {
    while (!stopping.signal.aborted && lost === undefined) {
      await clock.sleep(leaseMs / 6, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await held.keep().catch((error: unknown) => {
        if (error instanceof LeaseLostError) lost = error;
      });
      // Not waited for: a ledger that is slow must not keep the lease from being renewed.
      if (!stopping.signal.aborted && lost === undefined) void giveSign();
    }
  };
  const beating = beat();
  return {
    assertHeld() {
      if (lost !== undefined) throw lost;
    },
    async stop() {
      stopping.abort();
      // A renewal under way that never answers must not hold the call back.
      await Promise.race([beating, clock.sleep(0)]);
    },
  };
}
