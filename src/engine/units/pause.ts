import type { Clock } from '../../clock.js';
import type { Call } from '../dependencies.js';
import type { CapacityShare } from './capacity-share.js';

/** The longest sleep at a time: how late a pause notices that it has to end. */
const napMs = 1_000;
/** A call's margin for its end is a quarter of it at first: a nap never takes much of it. */
const napShare = 0.1;

/**
 * Waits until what was spent is paid for, or the call is to end: true where the work may go on. `awake` is called after each nap, and
 * may throw to end the pause.
 */
export async function pauseForCapacity(
  share: CapacityShare,
  clock: Pick<Clock, 'sleep'>,
  call: Call,
  { ending, awake }: { ending(): boolean; awake(): Promise<void> },
): Promise<boolean> {
  for (let waitMs = share.pauseMs(); waitMs > 0;) {
    if (ending()) return false;
    const ms = Math.max(1, Math.min(waitMs, napMs, Math.floor(call.remainingMs() * napShare)));
    await clock.sleep(ms);
    await awake();
    waitMs = share.pauseMs(ms);
  }
  return true;
}
