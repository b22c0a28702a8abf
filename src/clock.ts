/** Time as it is passed in, so that tests can stop it, jump it and run it fast. */
export interface Clock {
  /**
   * Wall-clock time in epoch milliseconds: for people and records, never to decide that something is owned. It may show
   * that the machine slept, which the monotonic clock may not have counted.
   */
  now(): number;
  /** Milliseconds since some moment; never goes back, and may stand still while the machine is suspended. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
