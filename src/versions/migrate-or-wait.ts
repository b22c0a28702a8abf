import type { Clock } from '../clock.js';
import { isErrorLike } from '../error-like.js';
import { DataVersionError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { systemClock } from '../system-clock.js';
import { idleText, versionOf } from './data-version-texts.js';
import { waitForDataVersion, type DataVersionOptions } from './data-version-wait.js';
import type { StateEntry } from './state-entry.js';

/** A run that fails each time is not started for ever. */
const mostStarts = 3;
/** A function may start cold, and the first run makes tables, before a run owns the database. */
const defaultBeginMs = 60_000;

export interface MigrateOrWaitOptions extends DataVersionOptions {
  /**
   * Starts the migration: an execution of the state machine, which it need not wait for, or `carryover up`. When it
   * rejects with an error of the name LockHeldError, another was faster, and that one is waited for.
   */
  readonly start: () => Promise<unknown>;
  /** How long a run that was started may take until it owns a database that is free. Default 60 seconds. */
  readonly beginMs?: number;
}

/**
 * Like assertDataVersion, but where the data is behind, or without a version, and nobody works on it, the migration is
 * started, and started again when a run ended before the version was reached: three times at most. Of services that start it at
 * once one run gets the lock; the others wait for it. What `start` itself takes is not cut short by `timeoutMs`.
 * Throws what assertDataVersion throws, and what `start` does.
 */
export async function migrateOrWait(
  store: KeyValueStore,
  expected: number,
  options: MigrateOrWaitOptions,
): Promise<void> {
  const starter = new Starter(expected, options);
  await waitForDataVersion(store, expected, options, (state) => starter.idle(state));
}

class Starter {
  readonly #clock: Clock;
  #starts = 0;
  /** The largest fencing token before the last start, and when that start was answered. */
  #last: { readonly token: number; readonly atMs: number } | undefined;

  constructor(
    private readonly expected: number,
    private readonly options: MigrateOrWaitOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
  }

  async idle(state: StateEntry | undefined): Promise<string | undefined> {
    if (!this.#mayStillBegin(state)) return this.#start(state);
    return `the migration was started (${this.#starts} of ${mostStarts} times) and does not own the database yet`;
  }

  /** Each owner has a larger token: while there is none, the run that was started has not come to the lock. */
  #mayStillBegin(state: StateEntry | undefined): boolean {
    if (this.#last === undefined || tokenOf(state) !== this.#last.token) return false;
    const { beginMs = defaultBeginMs } = this.options;
    // A dead holder's lease is watched for its whole duration by the run that takes over.
    const mostMs = beginMs + (state?.lease?.durationMs ?? 0);
    return this.#clock.monotonic() - this.#last.atMs < mostMs;
  }

  async #start(state: StateEntry | undefined): Promise<undefined> {
    if (this.#starts === mostStarts) {
      const message = `the migration was started ${mostStarts} times and did not come to its end: ${idleText(this.expected, state)}`;
      throw new DataVersionError(message, this.expected, versionOf(state));
    }
    this.#starts += 1;
    try {
      await this.options.start();
    } catch (error) {
      if (!isErrorLike(error) || error.name !== 'LockHeldError') throw error;
    }
    this.#last = { token: tokenOf(state), atMs: this.#clock.monotonic() };
  }
}

function tokenOf(state: StateEntry | undefined): number {
  return state?.token ?? 0;
}
