import type fc from 'fast-check';
import { aroundDriver } from '../around-driver.js';
import type { KeyValueDriver } from '../key-value-driver.js';

/** Each request waits for its turn before it reaches the engine, and its answer waits again. */
export function inTurn(driver: KeyValueDriver, scheduler: fc.Scheduler): KeyValueDriver {
  return aroundDriver(driver, async (operation, perform) => {
    await scheduler.schedule(Promise.resolve(), `${operation} arrives`);
    try {
      return await perform();
    } finally {
      await scheduler.schedule(Promise.resolve(), `${operation} is answered`);
    }
  });
}

/** Gives turns, one after the other, until all works have ended, between requests to a real engine too. */
export async function takeTurns(
  scheduler: fc.Scheduler,
  works: readonly Promise<unknown>[],
  afterEach: () => void = () => undefined,
): Promise<void> {
  let running = works.length;
  const end = () => void running--;
  for (const work of works) work.then(end, end);
  while (running > 0) {
    if (scheduler.count() > 0) await scheduler.waitOne();
    afterEach();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(works);
}
