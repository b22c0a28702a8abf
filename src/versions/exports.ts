/** What `carryover/versions` gives to a service: see docs/versions.md. */
export { openDatabaseVersions, type OpenDatabaseVersionsOptions } from '../local/open-database-versions.js';
export type { Entry, KeyValueStore, Predicate, ScannedEntry } from '../kv/key-value-store.js';
export type { RetryOptions, RetryPolicy } from '../kv/retry-policy.js';
export type { Clock } from '../clock.js';

export { assertDataVersion, type DataVersionOptions } from './assert-data-version.js';
export { migrateOrWait, type MigrateOrWaitOptions } from './migrate-or-wait.js';
export { activeNameKeptMs, activeTable, type ActiveTableOptions } from './active-table.js';
export { partitionVersion, registerPartition, type PartitionEntry } from './partition-versions.js';
export { readState, type AttemptState, type PendingDrop, type StateEntry } from './state-entry.js';
export type { Moved, MovedFrom } from './home-records.js';
export type { LeaseRecord } from '../kv/lease-cell.js';

export {
  CarryoverError,
  CorruptDataError,
  DatabaseMovedError,
  DataVersionError,
  DataVersionTimeoutError,
  InputError,
  OutcomeUnknownError,
  PredicateFailedError,
  StoreClosedError,
  StoreUnavailableError,
  ThrottledError,
  type Fault,
  type LeaseHolder,
} from '../errors.js';
