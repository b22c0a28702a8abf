/** Time as it is passed in, so that tests can stop it, jump it and run it fast. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds: for people and records only, never to decide who owns what. */
  now(): number;
  /** Milliseconds since some moment; never goes back. */
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
