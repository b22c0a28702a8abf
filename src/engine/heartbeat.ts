import type { Clock } from '../clock.js';
import { LeaseLostError } from '../errors.js';
import type { HeldLease } from '../kv/lease.js';

/** Renews a lease beside the work, so that one long request does not let it run out. */
export interface Heartbeat {
  /** Throws LeaseLostError once the lease was found to be another's. */
  assertHeld(): void;
  stop(): Promise<void>;
}

/** Does the work of a step while the lease is kept. Throws LeaseLostError when it was lost meanwhile. */
export async function underHeartbeat<T>(
  { held, settings }: { readonly held: HeldLease; readonly settings: { readonly leaseMs: number } },
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  const heartbeat = startHeartbeat(held, clock, settings.leaseMs);
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
export function startHeartbeat(held: HeldLease, clock: Clock, leaseMs: number): Heartbeat {
  const stopping = new AbortController();
  let lost: LeaseLostError | undefined;
  const beat = async (): Promise<void> => {
    while (!stopping.signal.aborted && lost === undefined) {
      await clock.sleep(leaseMs / 6, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await held.keep().catch((error: unknown) => {
        if (error instanceof LeaseLostError) lost = error;
      });
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
