/** Lets so many work at a time; the others wait in line. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atATime: number) {
    this.#free = atATime;
  }

  /** Waits for as long as it takes, or `atMostMs`: then it throws an Error, and `work` is never begun. */
  async take<T>(work: () => Promise<T>, atMostMs?: number): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(atMostMs);
    try {
      return await work();
    } finally {
      // The turn goes to the next in line without being free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #turn(atMostMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(new Error(`no turn within ${String(atMostMs)} ms`));
      };
      const timer = atMostMs === undefined ? undefined : setTimeout(leave, atMostMs);
      this.#waiting.push(begin);
    });
  }
}
