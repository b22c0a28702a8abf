import type { Clock } from '../../clock.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on. Its wall clock can be set apart from its monotonic one. */
export class ManualClock implements Clock {
  #monotonic = 0;
  #sleepers: Sleeper[] = [];

  constructor(public wall = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason as Error);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#sleepers.push({ until: this.#monotonic + ms, wake: resolve });
    });
  }

  /** How many calls of `sleep` have not ended. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Lets time pass on both clocks and wakes who slept long enough. */
  advance(ms: number): void {
    this.#monotonic += ms;
    this.wall += ms;
    const due = this.#sleepers.filter(({ until }) => until <= this.#monotonic);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#monotonic);
    for (const { wake } of due) wake();
  }
}

/**
 * Lets `clock` go on by `stepMs` whenever all works that have not ended sleep on it, until they have. So no time passes
 * while one of them waits for an engine.
 */
export async function runWith<T>(
  clock: ManualClock,
  stepMs: number,
  works: readonly Promise<T>[],
): Promise<PromiseSettledResult<T>[]> {
  let running = works.length;
  const ends = () => void running--;
  for (const work of works) work.then(ends, ends);
  while (running > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.sleeping >= running) clock.advance(stepMs);
  }
  return Promise.allSettled(works);
}
