import type { Clock } from '../clock.js';
import { InputError, StoreUnavailableError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { elapsedMs, momentNow, type Moment } from '../kv/moment.js';
import { systemClock } from '../system-clock.js';
import { assertAtHome } from './home-records.js';
import { readState, type StateEntry } from './state-entry.js';

/**
 * For how long a name that `activeTable` gave may be one that is no longer active, at most, in ms. Whoever changes an
 * active name waits this out before it lets services write again, and before the table of the old name may go.
 */
export const activeNameKeptMs = 5_000;

/** How often a name is read that was too old when its answer came. */
const tries = 3;

export interface ActiveTableOptions {
  /** For how long the names that were read are used again; 0 to 5,000, default 5,000. */
  readonly keptMs?: number;
  readonly clock?: Clock;
}

type ActiveNames = StateEntry['active'];

/** Names as of some moment after `since`. */
interface Reading {
  readonly since: Moment;
  readonly names: Promise<ActiveNames>;
}

const readings = new WeakMap<KeyValueStore, Reading>();

/**
 * The physical name of a table that has been built anew, or the name itself. One read of the state entry gives all names, which are
 * kept for `keptMs`: so ask before each request to the table. What it gives is at most `activeNameKeptMs` old, counted
 * from before the read, by the clock that went further. `store` is what `openDatabaseVersions` opens.
 * Throws InputError for a time that cannot be, StoreUnavailableError when each read took longer than names may be kept,
 * DatabaseMovedError for an old home, CorruptDataError, and what the store throws.
 */
export async function activeTable(
  store: KeyValueStore,
  name: string,
  options: ActiveTableOptions = {},
): Promise<string> {
  const { clock = systemClock, keptMs = activeNameKeptMs } = options;
  assertKept(keptMs);
  for (let attempt = 1; attempt <= tries; attempt++) {
    const reading = readingOf(store, keptMs, clock);
    const names = await reading.names;
    if (elapsedMs(clock, reading.since) <= activeNameKeptMs)
      return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
  }
  throw new StoreUnavailableError(
    `the active name of table "${name}" could not be read within the ${activeNameKeptMs} ms that it may be used`,
  );
}

/** The last reading, if it is young enough; else one that begins now. Callers at one time share it. */
function readingOf(store: KeyValueStore, keptMs: number, clock: Clock): Reading {
  const last = readings.get(store);
  if (last !== undefined && elapsedMs(clock, last.since) < keptMs) return last;
  const since = momentNow(clock);
  const names = readState(store).then((state) => {
    assertAtHome(state);
    return state?.active ?? {};
  });
  const reading = { since, names };
  readings.set(store, reading);
  // What failed is read again by the next call.
  names.catch(() => {
    if (readings.get(store) === reading) readings.delete(store);
  });
  return reading;
}

function assertKept(keptMs: unknown): void {
  if (typeof keptMs === 'number' && keptMs >= 0 && keptMs <= activeNameKeptMs) return;
  const message = `must be 0 to ${activeNameKeptMs} ms, which is how long is waited when a name changes; it is ${String(keptMs)}`;
  throw new InputError([{ field: 'keptMs', message }]);
}
