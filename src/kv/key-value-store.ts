/**
 * The contract of a key-value store: a small interface with drivers, on which locks, versions and typed objects are
 * built once. The conformance suite is its precise meaning.
 *
 * Promised: a read after an acknowledged write sees it (or a later one); `setIf` is compare-and-set on one entry; `scan`
 * is in byte order of the key and sees every entry that is there from before the scan's first page to after its last.
 * Not promised: transactions, isolation between keys, an order between partitions.
 *
 * Partition and key: 0 to 1,023 bytes each. Value: 0 bytes or more; partition, key and value together at most 400 KB
 * (409,600 bytes less 512 for what a driver adds). Beyond: EntryTooLargeError, before anything is sent.
 */
export interface KeyValueStore {
  /** The entry, or undefined when there is none. Strongly consistent. */
  get(partition: Uint8Array, key: Uint8Array): Promise<Entry | undefined>;
  /** Writes whatever is there. */
  set(partition: Uint8Array, key: Uint8Array, value: Uint8Array): Promise<void>;
  /**
   * Writes only if the entry is still the one that `predicate` was read from; `undefined`: only if there is none.
   * Throws PredicateFailedError when it is not. Never retried blindly: when an answer was lost, the write id in the
   * entry tells whether it was this write. Throws OutcomeUnknownError when even that cannot be told any more.
   * Returns the predicate of what was written.
   */
  setIf(
    partition: Uint8Array,
    key: Uint8Array,
    value: Uint8Array,
    predicate: Predicate | undefined,
  ): Promise<Predicate>;
  /** Removes the entry; an absent one is no error. */
  delete(partition: Uint8Array, key: Uint8Array): Promise<void>;
  /** The entries of a partition in byte order of the key, from `from` (inclusive) on. */
  scan(partition: Uint8Array, from?: Uint8Array): AsyncIterable<ScannedEntry>;
  /** Frees connections. Every later call throws StoreClosedError. Closing twice is no error. */
  close(): Promise<void>;
}

/** Opaque: names the write that made an entry what it is. Two writes of an equal value have different predicates. */
export type Predicate = { readonly writes: readonly string[] };

export interface Entry {
  readonly value: Uint8Array;
  readonly predicate: Predicate;
}

export interface ScannedEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
