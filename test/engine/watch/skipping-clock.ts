import type { Clock } from '../../../src/clock.js';

const longMs = 60_000;

/**
 * A clock that jumps over short sleeps, after it has told `onSleep`. Long ones are deadlines, which come when `deadline` is
 * called.
 */
export class SkippingClock implements Clock {
  onSleep: () => Promise<void> | void = () => undefined;
  sleeps = 0;
  readonly #deadlines = new Set<() => void>();

  constructor(public wall: number) {}

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.wall;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < longMs) {
      this.sleeps += 1;
      await this.onSleep();
      this.wall += ms;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#deadlines.add(resolve);
      signal?.addEventListener('abort', () => {
        this.#deadlines.delete(resolve);
        reject(signal.reason as Error);
      });
    });
  }

  /** How many deadlines have not come, and are waited for. */
  get deadlines(): number {
    return this.#deadlines.size;
  }

  deadline(): void {
    for (const resolve of this.#deadlines) resolve();
  }
}
