import type fc from 'fast-check';
import { OutcomeUnknownError, PredicateFailedError, StoreUnavailableError } from '../../../src/errors.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { MemoryKeyValueDriver } from '../../../src/kv/memory-key-value-store.js';
import { fromStoredForm } from '../../../src/kv/stored-form.js';
import { sweep } from '../../../src/kv/sweep.js';
import { update } from '../../../src/kv/update.js';
import { bytes, collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { addPage, albumOf, albumPlace, entriesOf, pageKeys, pagesOf, reaches, text } from './album.js';

export const graceMs = 1_000;
const registry = 'linked objects';
const albums = [albumPlace('a'), albumPlace('b')];

/** What meets an actor at one of its requests. `late`: there is no answer, and the request arrives at some later turn. */
export interface Fault {
  readonly atRequest: number;
  readonly kind: 'killed' | 'answer lost' | 'request lost' | 'late';
}

/** `adds` keeps two pages, so that it drops an older one; `drops` takes the newest page out; `removes` the whole album. */
export interface Actor {
  readonly does: 'adds' | 'drops' | 'removes' | 'reads' | 'sweeps';
  readonly album: number;
  readonly startsAt: number;
  readonly fault: Fault | undefined;
}

class Killed extends Error {}

/** Those who create, change, read and sweep two albums over one store, request by request in the order of a scheduler. */
export class World {
  readonly clock = new ManualClock();
  readonly violations: string[] = [];
  readonly counts = { linked: 0, failedLinks: 0, removals: 0 };
  /** By how much the wall clock was set forward, in ms: the grace period may be shorter by that. */
  forwardMs = 0;
  readonly #memory = new MemoryKeyValueDriver();
  /** The store out of turn: for looking at it, and for the end. */
  readonly sound = checkedStore(this.#memory);
  /** When each partition was registered and last reached, by the clock that never jumps. */
  readonly #registered = new Map<string, number>();
  readonly #reachedAt = new Map<string, number>();
  /** Partitions that the registry forgot; what is written there afterwards stays. */
  readonly #forgotten = new Set<string>();
  readonly #writtenTooLate = new Set<string>();
  #changed = true;
  #reachable: readonly string[] = [];

  constructor(readonly scheduler: fc.Scheduler) {}

  /** Ends when its work is done, it was killed, others were faster each time, or a lost answer left it not knowing. */
  async act({ does, album, fault }: Actor): Promise<void> {
    const place = albums[album] ?? albumPlace('a');
    const { clock } = this;
    const retry = { attempts: 5, baseMs: 10, capMs: 50 };
    const options = { clock, retry, random: () => 0.5 };
    const store = checkedStore(this.#mortal(fault), options);
    try {
      if (does === 'adds') await addPage(store, place, options, 2).then(() => this.counts.linked++);
      else if (does === 'removes') await store.delete(place.partition, place.key);
      else if (does === 'reads') await this.#read(store, album);
      else if (does === 'sweeps') await sweep(store, { graceMs, reaches, clock });
      else {
        const dropped = (value: Uint8Array | undefined) =>
          pagesOf(value).length === 0 ? undefined : albumOf(pagesOf(value).slice(1));
        await update(store, place.partition, place.key, dropped, options);
      }
    } catch (error) {
      const expected = error instanceof PredicateFailedError || error instanceof OutcomeUnknownError;
      if (!expected && !(error instanceof Killed)) throw error;
      if (does === 'adds') this.counts.failedLinks++;
    }
  }

  /** Lets time pass; the wall clock goes on by `jumpMs` more, or less. */
  pass(ms: number, jumpMs: number): void {
    this.clock.advance(ms);
    this.clock.wall += jumpMs;
    this.forwardMs += Math.max(0, jumpMs);
    for (const page of this.#reachable) this.#reachedAt.set(page, this.clock.monotonic());
  }

  /** Looks at the store after a turn: what a parent names must be there. */
  async check(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    this.#reachable = await this.#reachableNow();
    for (const page of this.#reachable) {
      this.#reachedAt.set(page, this.clock.monotonic());
      const found = await entriesOf(this.sound, page);
      if (found.length !== pageKeys.length) this.violations.push(`${page} is reached and has ${found.join()}`);
    }
  }

  /** After quiet and two grace periods nothing is left that no parent reaches; after a third not even its record. */
  async finish(): Promise<void> {
    const options = { graceMs, reaches, clock: this.clock };
    // Stamps of a clock that was set back since lie ahead of it.
    this.clock.wall += 1_000_000;
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      await sweep(this.sound, options);
      this.clock.advance(graceMs);
      if (sweeps === 1) await this.#expectNothingUnreached();
    }
    await sweep(this.sound, options);
    const reachable = await this.#reachableNow();
    const left = await entriesOf(this.sound, registry);
    if (left.join() !== reachable.sort().join()) this.violations.push(`the registry still has ${left.join()}`);
  }

  async #expectNothingUnreached(): Promise<void> {
    const reachable = await this.#reachableNow();
    for (const page of this.#registered.keys()) {
      const found = await entriesOf(this.sound, page);
      const whole = reachable.includes(page);
      if (found.length !== (whole ? pageKeys.length : 0) && !this.#writtenTooLate.has(page))
        this.violations.push(`in the end ${page} ${whole ? 'is' : 'is not'} reached and has ${found.join()}`);
    }
  }

  async #reachableNow(): Promise<string[]> {
    const entries = await collect(this.sound.scan(bytes('albums')));
    return entries.flatMap(({ value }) => pagesOf(value));
  }

  /** A reader who takes less than the grace period sees the whole of what it read that the parent names. */
  async #read(store: KeyValueStore, album: number): Promise<void> {
    const place = albums[album] ?? albumPlace('a');
    const sinceMs = this.clock.monotonic();
    const entry = await store.get(place.partition, place.key);
    for (const page of pagesOf(entry?.value)) {
      const found = await entriesOf(store, page);
      if (this.clock.monotonic() - sinceMs + this.forwardMs < graceMs && found.length !== pageKeys.length)
        this.violations.push(`a reader saw ${found.join()} of ${page}`);
    }
  }

  #mortal(fault: Fault | undefined): KeyValueDriver {
    let requests = 0;
    const observed = this.#observed();
    return aroundDriver(observed, async (operation, perform) => {
      const turn = async (): Promise<void> => {
        await this.scheduler.schedule(Promise.resolve(), `${operation} arrives`);
      };
      const kind = requests++ === fault?.atRequest ? fault.kind : undefined;
      if (fault?.kind === 'killed' && requests > fault.atRequest) throw new Killed('killed');
      if (kind === 'late') void turn().then(perform);
      if (kind === 'late' || kind === 'request lost') throw new StoreUnavailableError('connection reset');
      await turn();
      const result = await perform();
      if (kind === 'answer lost') throw new StoreUnavailableError('connection reset');
      await this.scheduler.schedule(Promise.resolve(), `${operation} is answered`);
      return result;
    });
  }

  /** The memory, whose writes are looked at as they are done. */
  #observed(): KeyValueDriver {
    const memory = this.#memory;
    const named = (partition: Uint8Array): string => text(fromStoredForm(partition));
    return {
      location: memory.location,
      read: (...at) => memory.read(...at),
      page: (...at) => memory.page(...at),
      close: () => memory.close(),
      write: (partition, ...rest) => {
        this.#changed = true;
        if (this.#forgotten.has(named(partition))) this.#writtenTooLate.add(named(partition));
        return memory.write(partition, ...rest);
      },
      writeIf: (partition, key, ...rest) => {
        this.#changed = true;
        const isBirth = named(partition) === registry && !this.#registered.has(named(key));
        if (isBirth) this.#registered.set(named(key), this.clock.monotonic());
        return memory.writeIf(partition, key, ...rest);
      },
      remove: (partition, key) => {
        this.#changed = true;
        if (named(partition) === registry) this.#forgotten.add(named(key));
        this.#judgeRemoval(named(partition));
        return memory.remove(partition, key);
      },
    };
  }

  #judgeRemoval(page: string): void {
    const registeredAt = this.#registered.get(page);
    if (registeredAt === undefined) return;
    this.counts.removals++;
    const sinceMs = Math.max(registeredAt, this.#reachedAt.get(page) ?? registeredAt);
    const ageMs = this.clock.monotonic() - sinceMs + this.forwardMs;
    if (ageMs < graceMs) this.violations.push(`${page} was removed ${ageMs} ms after it was registered or reached`);
  }
}
