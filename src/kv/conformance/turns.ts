import type fc from 'fast-check';
import { aroundDriver } from '../around-driver.js';
import type { KeyValueDriver } from '../key-value-driver.js';

/** Decides in what order requests reach the engine, and in what order their answers are heard. */
export class Turns {
  #atEngine = 0;

  constructor(private readonly scheduler: fc.Scheduler) {}

  /** Each request waits for its turn before it reaches the engine, and its answer waits again. */
  over(driver: KeyValueDriver): KeyValueDriver {
    return aroundDriver(driver, async (operation, perform) => {
      await this.scheduler.schedule(Promise.resolve(), `${operation} arrives`);
      this.#atEngine++;
      try {
        return await perform();
      } finally {
        this.#atEngine--;
        await this.scheduler.schedule(Promise.resolve(), `${operation} is answered`);
      }
    });
  }

  /** Gives one turn, if anybody waits for one, and waits until the engine has answered and all who heard went on. */
  async take(): Promise<void> {
    if (this.scheduler.count() > 0) await this.scheduler.waitOne();
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#atEngine > 0);
  }

  /** Gives turns, one after the other, until all works have ended. */
  async takeAll(works: readonly Promise<unknown>[], afterEach: () => void = () => undefined): Promise<void> {
    let running = works.length;
    const end = () => void running--;
    for (const work of works) work.then(end, end);
    while (running > 0) {
      await this.take();
      afterEach();
    }
    await Promise.all(works);
  }
}
