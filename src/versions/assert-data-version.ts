import { DataVersionError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { idleText, versionOf } from './data-version-texts.js';
import { waitForDataVersion, type DataVersionOptions } from './data-version-wait.js';

export type { DataVersionOptions } from './data-version-wait.js';

/**
 * For a service at start-up: returns when the data is at the version that the code expects. One read when it is, also
 * while a run is under way that takes it further. `store` is what `openDatabaseVersions` opens.
 *
 *   at the version ----------------------------------> returns
 *   behind, or without a version, and a run owns the
 *     database whose lease is renewed ---------------> waits for it, then looks again
 *   behind, or without a version, and nobody does ---> DataVersionError: `carryover up`, or `baseline N`
 *   ahead -------------------------------------------> DataVersionError: newer code, or a restore
 *   moved to another store --------------------------> DatabaseMovedError, whatever its version
 *
 * A run that has stopped renewing its lease is waited for as long as the lease lives, and then counts as nobody.
 * Throws DataVersionError; DatabaseMovedError; DataVersionTimeoutError after `timeoutMs` of waiting; InputError for arguments that cannot be;
 * what the store throws; and the reason of `signal`.
 */
export async function assertDataVersion(
  store: KeyValueStore,
  expected: number,
  options: DataVersionOptions = {},
): Promise<void> {
  await waitForDataVersion(store, expected, options, (state) => {
    throw new DataVersionError(idleText(expected, state), expected, versionOf(state));
  });
}
