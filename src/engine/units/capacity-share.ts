import type { Clock } from '../../clock.js';
import type { Owed } from '../../ledger/ledger.js';
import type { Settings } from '../../settings.js';

/** What one unit may spend a second; undefined: as much as it likes. */
export type CapacityPerSecond = { readonly [kind in keyof Owed]: number | undefined };

/** A unit that spent less than its share for a while may catch up with so much of it. */
const burstMs = 1_000;

/** Whether a run has to look at what it spends at all. */
export function hasCeiling({ readUnitsPerSecond, writeUnitsPerSecond }: Settings): boolean {
  return readUnitsPerSecond !== undefined || writeUnitsPerSecond !== undefined;
}

/** What each unit of a phase of so many may spend, so that those that run at a time stay below the ceilings together. */
export function shareOf(settings: Settings, units: number): CapacityPerSecond {
  const atATime = Math.max(1, Math.min(settings.concurrency, units));
  const share = (ceiling: number | undefined): number | undefined =>
    ceiling === undefined ? undefined : ceiling / atATime;
  return { readUnits: share(settings.readUnitsPerSecond), writeUnits: share(settings.writeUnitsPerSecond) };
}

/**
 * A token bucket for each kind of capacity, which a step may overdraw: what a step costs is known when it is done, so it is paid
 * for afterwards, before the next one. It begins empty, since units follow upon one another: what a unit spends from its begin to
 * the end of its last pause is never more than its share of that time. Own code, for the limiters on npm bring a clock
 * of their own and refuse or split what is larger than their bucket.
 */
export class CapacityShare {
  readonly #buckets: Readonly<Record<keyof Owed, Bucket>>;
  #at: number;

  /** `owed`: what an earlier call of the unit spent and did not pay for. */
  constructor(
    perSecond: CapacityPerSecond,
    private readonly clock: Pick<Clock, 'monotonic'>,
    owed: Owed = { readUnits: 0, writeUnits: 0 },
  ) {
    this.#buckets = {
      readUnits: new Bucket(perSecond.readUnits, owed.readUnits),
      writeUnits: new Bucket(perSecond.writeUnits, owed.writeUnits),
    };
    this.#at = clock.monotonic();
  }

  spend({ readUnits, writeUnits }: Owed): void {
    this.#pass();
    this.#buckets.readUnits.take(readUnits);
    this.#buckets.writeUnits.take(writeUnits);
  }

  /**
   * Whole milliseconds until all is paid for; 0: go on. `sleptMs`: how long the caller slept since it asked last, which counts
   * where the clock stands still or goes back, so that it holds nobody for ever.
   */
  pauseMs(sleptMs = 0): number {
    this.#pass(sleptMs);
    return Math.ceil(Math.max(this.#buckets.readUnits.pauseMs, this.#buckets.writeUnits.pauseMs));
  }

  /** What is not paid for yet; undefined: nothing. */
  get owed(): Owed | undefined {
    const owed = { readUnits: this.#buckets.readUnits.owed, writeUnits: this.#buckets.writeUnits.owed };
    return owed.readUnits > 0 || owed.writeUnits > 0 ? owed : undefined;
  }

  #pass(sleptMs = 0): void {
    const now = this.clock.monotonic();
    const elapsedMs = now - this.#at;
    this.#at = now;
    for (const bucket of Object.values(this.#buckets)) bucket.fill(elapsedMs > 0 ? elapsedMs : sleptMs);
  }
}

class Bucket {
  /** Below zero: what is owed. */
  #level: number;

  constructor(
    private readonly perSecond: number | undefined,
    owed: number,
  ) {
    this.#level = perSecond === undefined ? 0 : -owed;
  }

  fill(ms: number): void {
    const { perSecond = 0 } = this;
    this.#level = Math.min(this.#level + (perSecond * ms) / 1_000, (perSecond * burstMs) / 1_000);
  }

  take(units: number): void {
    if (this.perSecond !== undefined) this.#level -= units;
  }

  get owed(): number {
    return Math.max(0, -this.#level);
  }

  get pauseMs(): number {
    return this.perSecond === undefined ? 0 : (this.owed / this.perSecond) * 1_000;
  }
}
