import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import { OutcomeUnknownError, PredicateFailedError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import type { Entry, KeyValueStore, Predicate } from './key-value-store.js';
import { birthValue, parseBirth, registryOf, type Birth, type Place, type RegistryOptions } from './linked-births.js';
import { isVacant, vacancy } from './linked-vacancy.js';
import { Backoff, type RetryOptions } from './retry-policy.js';
import { readableBytes } from './stored-form.js';

/** Many may create under one parent at a time; each round at least one of them succeeds. */
const contention = { attempts: 30, baseMs: 20, capMs: 1_000 };

export interface LinkedOptions extends RegistryOptions {
  /** Whose wall clock dates the creation. */
  readonly clock?: Clock;
}

/** A creation under way. */
export interface BegunLink {
  /** Where the children go: known to nobody until the parent names it. 32 characters of ASCII. */
  readonly partition: Uint8Array;
  readonly parent: Place;
  /** The parent as it was at the beginning, from which its new value is made; undefined when there is none. */
  readonly value: Uint8Array | undefined;
  readonly predicate: Predicate;
}

/**
 * Begins to create linked objects without a transaction: children under a new partition, then the parent, which alone
 * names it, by `link`. What is left of a creation that did not come so far is removed by `sweep`, once the grace period
 * has passed since it began: a creation must be shorter than that.
 *
 * The parent is read first and the birth registered second. So whoever sees the birth and makes sure that the parent is
 * no longer what was read knows that this creation cannot end. Where there is no parent, a vacancy is written, which
 * readers take for absence; it stays when the creation is given up.
 */
export async function beginLinked(
  store: KeyValueStore,
  parent: Place,
  options: LinkedOptions = {},
): Promise<BegunLink> {
  const { value, predicate } = await readOrVacate(store, parent);
  const partition = new TextEncoder().encode(randomBytes(16).toString('hex'));
  const birth = { partition, parent, registeredAt: now(options), parentWrite: writeOf(predicate) };
  await store.setIf(registryOf(options), partition, birthValue(birth), undefined);
  return { partition, parent, value: present(value), predicate };
}

/**
 * Begins again when `link` found the parent changed: the children stay, the parent is read anew. Throws
 * PredicateFailedError when the sweep has given the partition up; then only `beginLinked` helps.
 */
export async function beginAgain(
  store: KeyValueStore,
  begun: BegunLink,
  options: LinkedOptions = {},
): Promise<BegunLink> {
  const { partition, parent } = begun;
  const { value, predicate } = await readOrVacate(store, parent);
  const registry = registryOf(options);
  const entry = await store.get(registry, partition);
  const birth = entry && parseBirth(registry, partition, entry.value);
  if (entry === undefined || birth === undefined || birth.condemnedAt !== undefined) {
    throw new PredicateFailedError(
      `the creation under ${readableBytes(partition)} took longer than the grace period, and the sweep gave it up`,
    );
  }
  const registeredAt = Math.max(birth.registeredAt, now(options));
  const again: Birth = { ...birth, registeredAt, parentWrite: writeOf(predicate) };
  await store.setIf(registry, partition, birthValue(again), entry.predicate);
  return { partition, parent, value: present(value), predicate };
}

/**
 * Ends a creation: writes the parent that names the partition. Only this may make a parent name it, never `update`, since
 * the sweep counts on it. Throws PredicateFailedError when the parent was changed since the beginning, or the sweep has
 * given the partition up: `beginAgain`. Throws OutcomeUnknownError when only the parent can tell whether it was written.
 */
export function link(store: KeyValueStore, begun: BegunLink, value: Uint8Array): Promise<Predicate> {
  if (isVacant(value)) throw new TypeError('the value must not be the one that stands for an absent parent');
  return store.setIf(begun.parent.partition, begun.parent.key, value, begun.predicate);
}

/**
 * Makes the registry forget a partition, for those who know that its parent names it: nothing removes it any more. Where
 * a parent ceases to name what must stay, this comes first.
 */
export async function keepForEver(
  store: KeyValueStore,
  partition: Uint8Array,
  options: RegistryOptions = {},
): Promise<void> {
  await store.delete(registryOf(options), partition);
}

/** What `createLinked` creates. */
export interface LinkedCreation {
  /** Writes the children. Not called again when only the parent is tried again. */
  children(partition: Uint8Array): Promise<void>;
  /** The parent that names the partition, from what is there. Throw to refuse. Called once a try. */
  parent(value: Uint8Array | undefined, partition: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Begins, writes the children and links them, and tries the parent again while others change it, a bounded number of times. */
export async function createLinked(
  store: KeyValueStore,
  parent: Place,
  creation: LinkedCreation,
  options: LinkedOptions & RetryOptions = {},
): Promise<{ readonly partition: Uint8Array; readonly value: Uint8Array; readonly predicate: Predicate }> {
  const backoff = new Backoff(contention, options);
  let begun = await beginLinked(store, parent, options);
  const { partition } = begun;
  await creation.children(partition);
  for (let attempt = 1; ; attempt++) {
    const value = await creation.parent(begun.value, partition);
    try {
      return { partition, value, predicate: await link(store, begun, value) };
    } catch (error) {
      if (!(error instanceof PredicateFailedError) || !(await backoff.again(attempt))) throw error;
    }
    begun = await beginAgain(store, begun, options);
  }
}

async function readOrVacate(store: KeyValueStore, { partition, key }: Place): Promise<Entry> {
  for (let attempt = 1; ; attempt++) {
    const entry = await store.get(partition, key);
    if (entry !== undefined) return entry;
    try {
      return { value: vacancy, predicate: await store.setIf(partition, key, vacancy, undefined) };
    } catch (error) {
      // Others came first, or it is not known whether this did: what is there now counts.
      const looksAgain = error instanceof PredicateFailedError || error instanceof OutcomeUnknownError;
      if (!looksAgain || attempt >= contention.attempts) throw error;
    }
  }
}

function present(value: Uint8Array): Uint8Array | undefined {
  return isVacant(value) ? undefined : value;
}

/** The newest write id of an entry: no two writes have the same. */
export function writeOf(predicate: Predicate): string {
  return predicate.writes[0] ?? '';
}

function now({ clock = systemClock }: LinkedOptions): number {
  return clock.now();
}
