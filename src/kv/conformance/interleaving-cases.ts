import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isErrorLike } from '../../error-like.js';
import { systemClock } from '../../system-clock.js';
import { checkedStore } from '../checked-store.js';
import type { KeyValueStore, Predicate } from '../key-value-store.js';
import { bytes } from './bytes.js';
import { faultyDriver, type Fault } from './faulty-driver.js';
import { isLinearizable, type Observed } from './linearizable.js';
import { Turns } from './turns.js';
import type { Cases, World } from './world.js';

interface Step {
  readonly kind: Observed['kind'];
  readonly key: number;
}

const stepOf = (...kinds: Observed['kind'][]): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constantFrom(...kinds), key: fc.nat(1) });

/** Waits take no time, and leave the turn to others. */
const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };

/** Several clients of one store, and what each saw, entry by entry. */
class History {
  readonly observed: [Observed[], Observed[]] = [[], []];
  #turn = 0;
  #lastValue = 0;

  constructor(
    readonly store: KeyValueStore,
    readonly partition: Uint8Array,
  ) {}

  /** A client remembers what it read or wrote last, as one that compares and sets does. */
  async client(steps: readonly Step[]): Promise<void> {
    const known = new Map<number, { value: number; predicate: Predicate } | undefined>();
    for (const { kind, key } of steps) {
      const from = ++this.#turn;
      const saw = await this.#perform(kind, key, known);
      const to = saw.outcome === 'unknown' ? Number.POSITIVE_INFINITY : ++this.#turn;
      this.observed[key === 0 ? 0 : 1].push({ kind, from, to, ...saw });
    }
  }

  async #perform(
    kind: Step['kind'],
    key: number,
    known: Map<number, { value: number; predicate: Predicate } | undefined>,
  ): Promise<Pick<Observed, 'value' | 'expected' | 'outcome'>> {
    const name = Uint8Array.of(key);
    if (kind === 'get') {
      const entry = await this.store.get(this.partition, name);
      const value = entry && Buffer.from(entry.value).readUInt16BE();
      known.set(key, entry && { value: value ?? 0, predicate: entry.predicate });
      return { value };
    }
    if (kind === 'delete') {
      await this.store.delete(this.partition, name);
      return {};
    }
    const value = ++this.#lastValue;
    if (kind === 'set') {
      await this.store.set(this.partition, name, stored(value));
      return { value };
    }
    const expected = known.get(key);
    const tried = { value, expected: expected?.value };
    try {
      const predicate = await this.store.setIf(this.partition, name, stored(value), expected?.predicate);
      known.set(key, { value, predicate });
      return { ...tried, outcome: 'written' };
    } catch (error) {
      const failure = isErrorLike(error) ? error.name : '';
      if (failure === 'PredicateFailedError') return { ...tried, outcome: 'refused' };
      if (failure === 'OutcomeUnknownError') return { ...tried, outcome: 'unknown' };
      throw error;
    }
  }
}

function stored(value: number): Uint8Array {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return new Uint8Array(bytes);
}

/** Several clients, whose requests and answers take turns in any order, see what clients of a plain variable would. */
async function interleaved(world: World, step: fc.Arbitrary<Step>, faults: fc.Arbitrary<Fault[]>): Promise<void> {
  const driver = await world.driver();
  let run = 0;
  const clients = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });
  const property = fc.asyncProperty(fc.scheduler(), clients, faults, async (scheduler, plans, met) => {
    const turns = new Turns(scheduler);
    const store = checkedStore(faultyDriver(turns.over(driver), met), { clock, retry: { attempts: 100 } });
    const history = new History(store, bytes(`run ${run++}`));
    await turns.takeAll(plans.map((steps) => history.client(steps)));
    for (const operations of history.observed)
      assert(isLinearizable(operations), `no order explains ${JSON.stringify(operations)}`);
  });
  await fc.assert(property, { numRuns: world.runs.interleaved });
}

const fault = fc.constantFrom<Fault>('pass', 'pass', 'answer lost', 'request lost', 'throttled', 'not sent');

export const interleavingCases: Cases = {
  'clients whose requests come in any order see what clients of a plain variable see': (world) =>
    interleaved(world, stepOf('get', 'set', 'delete', 'setIf'), fc.constant([])),

  // An unconditional write whose answer was lost may be done twice: it promises no order among others.
  'and so do those who compare and set, whatever requests and answers are lost': (world) =>
    interleaved(world, stepOf('get', 'setIf'), fc.array(fault, { maxLength: 40 })),
};
