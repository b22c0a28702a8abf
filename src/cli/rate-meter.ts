import prettyMs from 'pretty-ms';
import type { Clock } from '../clock.js';

/** How far back the rate looks: long enough to smooth out checkpoints, which may come ten seconds apart. */
const windowMs = 30_000;

/** Items a second over the last half minute. */
export class RateMeter {
  private readonly samples: { at: number; items: number }[] = [];

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  add(items: number): void {
    const at = this.clock.monotonic();
    this.samples.push({ at, items });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > windowMs) this.samples.shift();
  }

  perSecond(): number {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return Math.max(((last.items - first.items) * 1_000) / (last.at - first.at), 0);
  }
}

/** How long the rest takes at this rate, for people; empty when it cannot be told. */
export function timeLeftText(expected: number | undefined, items: number, perSecond: number): string {
  if (expected === undefined || perSecond <= 0) return 'time left unknown';
  return `${prettyMs((Math.max(expected - items, 0) / perSecond) * 1_000, { compact: true })} left`;
}
