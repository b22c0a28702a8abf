import type { Clock } from '../clock.js';

/** A moment by both clocks of a machine. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function momentNow(clock: Clock): Moment {
  return { monotonicMs: clock.monotonic(), wallMs: clock.now() };
}

/**
 * The time since a moment, by the clock that went further: the monotonic one may stand still while the machine is
 * suspended (CLOCK_MONOTONIC does on Linux), the wall clock may be set back. So it may be too long where the wall clock was
 * set forward, and too short only where it was set back and the machine suspended since the same moment.
 * https://man7.org/linux/man-pages/man2/clock_gettime.2.html
 */
export function elapsedMs(clock: Clock, since: Moment): number {
  return Math.max(clock.monotonic() - since.monotonicMs, clock.now() - since.wallMs);
}
