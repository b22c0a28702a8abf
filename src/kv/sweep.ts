import { pMapIterable } from 'p-map';
import type { Clock } from '../clock.js';
import { OutcomeUnknownError, PredicateFailedError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import type { Entry, KeyValueStore, Predicate } from './key-value-store.js';
import { birthValue, parseBirth, registryOf, type Birth, type Place, type RegistryOptions } from './linked-births.js';
import { writeOf } from './linked-objects.js';
import { isVacant } from './linked-vacancy.js';

/** Removals under way at a time. */
const concurrency = 16;
/** The most failures that a report describes; it counts them all. */
const describedFailures = 100;

/** A registered partition as `reaches` is asked about it. */
export interface LinkedPartition {
  readonly partition: Uint8Array;
  readonly parent: Place;
}

/**
 * Whether a parent names a partition. `value` is undefined when there is no parent. `for ever`: it does, and will not
 * cease to; the registry forgets it, and it is not asked about again. An error keeps the partition.
 */
export type Reaches = (
  value: Uint8Array | undefined,
  linked: LinkedPartition,
) => boolean | 'for ever' | Promise<boolean | 'for ever'>;

export interface SweepOptions extends RegistryOptions {
  /** Longer than any creation takes, and than any reader goes on with a parent that it read. */
  readonly graceMs: number;
  readonly reaches: Reaches;
  /** All partitions that stand and fall with this one, itself included. Default: it alone. */
  readonly partitionsOf?: (linked: LinkedPartition) => readonly Uint8Array[];
  readonly clock?: Clock;
}

/** What a sweep did with the partitions of the registry, each counted once. */
export interface SweepReport {
  /** Younger than the grace period, or another changed something meanwhile: a later sweep looks at them. */
  waiting: number;
  reached: number;
  /** Certain from now on that nothing will reach them; to be removed after another grace period. */
  condemned: number;
  /** Their entries were removed. */
  removed: number;
  /** Found empty a grace period after the removal, and forgotten. */
  forgotten: number;
  /** Kept, since `reaches` threw or the registry's entry could not be read. */
  failed: number;
  /** The first hundred of these. */
  readonly failures: { readonly partition: Uint8Array; readonly error: unknown }[];
}

type Outcome = Exclude<keyof SweepReport, 'failures' | 'failed'>;

/**
 * Removes what creations left behind and what parents ceased to name. Each step waits until the grace period has passed
 * since the one before:
 *
 *   registered --> not reached, and no creation can change that: condemned --> entries removed --> still empty: forgotten
 *
 * A creation can end only while its parent is the very write that it read at its beginning. So a parent that still is that
 * write is touched: written anew with an equal value. This makes it safe, and no clock: a creator who slept through all of
 * it fails at the link. Clocks decide only how long readers and creators are left alone. One that is wrong or goes back
 * delays; one that is set forward between two sweeps shortens that time by as much.
 *
 * May run at any time, several at once, and be killed anywhere. What a creator writes after its partition was forgotten,
 * three grace periods late, is found by nobody. Throws what the store throws.
 */
export async function sweep(store: KeyValueStore, options: SweepOptions): Promise<SweepReport> {
  if (!(options.graceMs > 0)) throw new RangeError(`graceMs must be greater than 0; it is ${options.graceMs}`);
  const report: SweepReport = {
    ...{ waiting: 0, reached: 0, condemned: 0, removed: 0, forgotten: 0, failed: 0 },
    failures: [],
  };
  const sweeper = new Sweeper(store, registryOf(options), options);
  for await (const { key } of store.scan(sweeper.registry)) {
    try {
      report[await sweeper.visit(key)]++;
    } catch (error) {
      if (!(error instanceof KeptError)) throw error;
      report.failed++;
      if (report.failures.length < describedFailures) report.failures.push({ partition: key, error: error.cause });
    }
  }
  return report;
}

/** One partition is kept because of `cause`; the sweep goes on. */
class KeptError extends Error {}

async function orKeep<T>(decide: () => T | Promise<T>): Promise<T> {
  try {
    return await decide();
  } catch (cause) {
    throw new KeptError('kept', { cause });
  }
}

class Sweeper {
  readonly #clock: Clock;

  constructor(
    readonly store: KeyValueStore,
    readonly registry: Uint8Array,
    readonly options: SweepOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
  }

  async visit(partition: Uint8Array): Promise<Outcome> {
    const entry = await this.store.get(this.registry, partition);
    if (entry === undefined) return 'waiting';
    const birth = await orKeep(() => parseBirth(this.registry, partition, entry.value));
    if (!this.#isDue(birth)) return 'waiting';
    const parent = await this.store.get(birth.parent.partition, birth.parent.key);
    const value = parent === undefined || isVacant(parent.value) ? undefined : parent.value;
    const reached = await orKeep(() => this.options.reaches(value, birth));
    try {
      return reached === false ? await this.#next(birth, entry, parent) : await this.#keep(birth, entry, reached);
    } catch (error) {
      // Others were faster, or it is not known what was written: what is there then is looked at by the next sweep.
      if (error instanceof PredicateFailedError || error instanceof OutcomeUnknownError) return 'waiting';
      throw error;
    }
  }

  #isDue({ registeredAt, condemnedAt = registeredAt, removedAt = registeredAt }: Birth): boolean {
    return this.#clock.now() - Math.max(registeredAt, condemnedAt, removedAt) >= this.options.graceMs;
  }

  async #keep(birth: Birth, entry: Entry, reached: true | 'for ever'): Promise<Outcome> {
    if (reached === 'for ever') await this.store.delete(this.registry, birth.partition);
    else if (birth.condemnedAt !== undefined)
      await this.#save({ ...birth, condemnedAt: undefined, removedAt: undefined }, entry.predicate);
    return 'reached';
  }

  /** One step on. Everything is durable before the registry says so, and dated after it. */
  async #next(birth: Birth, entry: Entry, parent: Entry | undefined): Promise<Outcome> {
    if (birth.condemnedAt === undefined) {
      if (parent !== undefined && writeOf(parent.predicate) === birth.parentWrite)
        await this.store.setIf(birth.parent.partition, birth.parent.key, parent.value, parent.predicate);
      await this.#save({ ...birth, condemnedAt: this.#clock.now() }, entry.predicate);
      return 'condemned';
    }
    const found = await this.#removeEntries(birth);
    if (birth.removedAt === undefined || found > 0) {
      await this.#save({ ...birth, removedAt: this.#clock.now() }, entry.predicate);
      return 'removed';
    }
    await this.store.delete(this.registry, birth.partition);
    return 'forgotten';
  }

  async #removeEntries(birth: Birth): Promise<number> {
    let found = 0;
    for (const partition of this.options.partitionsOf?.(birth) ?? [birth.partition]) {
      const removals = pMapIterable(this.store.scan(partition), ({ key }) => this.store.delete(partition, key), {
        concurrency,
      });
      for await (const _removed of removals) found++;
    }
    return found;
  }

  async #save(birth: Birth, predicate: Predicate): Promise<void> {
    await this.store.setIf(this.registry, birth.partition, birthValue(birth), predicate);
  }
}
