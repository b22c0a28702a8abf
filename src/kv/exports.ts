/** What `carryover/kv` gives to a service: see docs/kv/key-value-store.md. */
export {
  openKeyValueDriver,
  openKeyValueStore,
  type OpenKeyValueOptions,
  type OpenKeyValueStoreOptions,
} from '../local/open-key-value-store.js';
export type { Entry, KeyValueStore, Predicate, ScannedEntry } from './key-value-store.js';
export { entryLimitBytes, keyLimitBytes } from './stored-form.js';
export { update, type Change } from './update.js';
export type { RetryOptions, RetryPolicy } from './retry-policy.js';
export type { Clock } from '../clock.js';

export { messages, type MessageChange, type MessageEntry, type Messages } from './messages.js';
export { birthValue, registryOf, type Birth, type Place, type RegistryOptions } from './linked-births.js';
export {
  beginAgain,
  beginLinked,
  createLinked,
  keepForEver,
  link,
  type BegunLink,
  type LinkedCreation,
  type LinkedOptions,
} from './linked-objects.js';
export { isVacant } from './linked-vacancy.js';
export { sweep, type LinkedPartition, type Reaches, type SweepOptions, type SweepReport } from './sweep.js';

export { leaseCell } from './entry-lease-cell.js';
export {
  acquireLease,
  holdLease,
  releaseLease,
  renewLease,
  type AcquireOptions,
  type HeldLease,
  type HoldLeaseOptions,
  type LeaseCell,
  type LeaseOwner,
  type LeaseRecord,
  type LeaseState,
  type LeaseView,
} from './lease.js';

export { aroundDriver, type AroundRequest, type DriverOperation } from './around-driver.js';
export { withMetrics, type RequestMeasure } from './with-metrics.js';
export { withPrefix } from './with-prefix.js';
export { withRateLimit, type RateLimit } from './with-rate-limit.js';

/** For drivers of one's own: see docs/kv/writing-a-driver.md. */
export { checkedStore } from './checked-store.js';
export {
  noAnswer,
  NotSentError,
  type DriverPage,
  type KeyValueDriver,
  type PageStart,
  type StoredEntry,
} from './key-value-driver.js';
export { openDynamodbKeyValueStore, type DynamodbKeyValueStoreOptions } from './dynamodb-key-value-store.js';
export { openMemoryKeyValueStore, type MemoryKeyValueStoreOptions } from './memory-key-value-store.js';
export { openPostgresKeyValueStore, type PostgresKeyValueStoreOptions } from './postgres-key-value-store.js';
export type { PostgresPool, PostgresResult } from './postgres-requests.js';

export {
  CarryoverError,
  CorruptDataError,
  EntryTooLargeError,
  InputError,
  LeaseLostError,
  LockHeldError,
  OutcomeUnknownError,
  PredicateFailedError,
  StoreClosedError,
  StoreUnavailableError,
  ThrottledError,
  type Fault,
  type LeaseHolder,
} from '../errors.js';
