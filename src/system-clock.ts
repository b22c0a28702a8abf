import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.js';

/** The clocks of this machine. `sleep` rejects with the signal's reason when it is aborted. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};
