import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StoreUnavailableError } from '../../errors.js';
import { checkedStore } from '../checked-store.js';
import type { KeyValueStore } from '../key-value-store.js';
import { update } from '../update.js';
import { bytes, collect, rejects, sameBytes, textOf } from './bytes.js';
import { faultyDriver, type Fault } from './faulty-driver.js';
import type { Cases, World } from './world.js';

const [p, k] = [bytes('p'), bytes('k')];
const quick = { retry: { baseMs: 1, capMs: 2 } };

interface Opened {
  readonly faulty: KeyValueStore;
  /** The same data without faults. */
  readonly sound: KeyValueStore;
}

/** `faults` says what happens to each request, in order. */
async function opened(world: World, ...faults: Fault[]): Promise<Opened> {
  const driver = await world.driver();
  return { faulty: checkedStore(faultyDriver(driver, faults), quick), sound: checkedStore(driver, quick) };
}

/** What becomes of writes whose answer never comes. */
export const lostAnswerCases: Cases = {
  'a creation whose answer was lost is recognised as made': async (world) => {
    const { faulty } = await opened(world, 'answer lost');
    const predicate = await faulty.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    sameBytes((await faulty.get(p, k))?.value, bytes('2'));
  },

  'a replacement whose answer was lost is recognised as made, after writes of others too': async (world) => {
    const { faulty, sound } = await opened(world, async (perform) => {
      await perform();
      for (let write = 0; write < 10; write++) {
        const entry = await sound.get(p, k);
        await sound.setIf(p, k, bytes(`other ${write}`), entry?.predicate);
      }
      throw new StoreUnavailableError('lost');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    sameBytes((await sound.get(p, k))?.value, bytes('other 9'));
  },

  'a replacement that was lost on its way is sent again': async (world) => {
    const { faulty, sound } = await opened(world, 'request lost', 'pass', 'request lost');
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    sameBytes((await sound.get(p, k))?.value, bytes('2'));
  },

  'a request that arrives after its repetition changes nothing': async (world) => {
    let arrive: (() => Promise<unknown>) | undefined;
    const { faulty, sound } = await opened(world, (perform) => {
      arrive = perform;
      throw new StoreUnavailableError('delayed');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    const second = await faulty.setIf(p, k, bytes('2'), predicate);
    await sound.setIf(p, k, bytes('3'), second);
    await arrive?.();
    sameBytes((await sound.get(p, k))?.value, bytes('3'));
  },

  'a request that arrives just before its repetition is recognised by that': async (world) => {
    let arrive: (() => Promise<unknown>) | undefined;
    const delayed: Fault = (perform) => {
      arrive = perform;
      throw new StoreUnavailableError('delayed');
    };
    const repetition: Fault = async (perform) => {
      await arrive?.();
      return perform();
    };
    const { faulty, sound } = await opened(world, delayed, 'pass', repetition);
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    const second = await faulty.setIf(p, k, bytes('2'), predicate);
    await sound.setIf(p, k, bytes('3'), second);
  },

  'a replacement that was lost on its way and overtaken fails': async (world) => {
    const { faulty, sound } = await opened(world, async () => {
      await sound.setIf(p, k, bytes('faster'), predicate);
      throw new StoreUnavailableError('lost');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await rejects(faulty.setIf(p, k, bytes('2'), predicate), 'PredicateFailedError');
    sameBytes((await sound.get(p, k))?.value, bytes('faster'));
  },

  'a lost answer and an entry deleted since: nobody knows': (world) => undecided(world, (sound) => sound.delete(p, k)),
  'a lost answer and an entry overwritten since: nobody knows': (world) =>
    undecided(world, (sound) => sound.set(p, k, bytes('3'))),

  'a creation that may have been made and removed is not made again': async (world) => {
    const { faulty, sound } = await opened(world, 'request lost');
    await rejects(faulty.setIf(p, k, bytes('1'), undefined), 'OutcomeUnknownError');
    assert.equal(await sound.get(p, k), undefined);
  },

  'an engine that never answers leaves the outcome unknown after a bounded number of requests': async (world) => {
    let requests = 0;
    const silence = (): never => {
      requests++;
      throw new StoreUnavailableError('silence');
    };
    const { faulty, sound } = await opened(world, ...Array.from({ length: 99 }, () => silence));
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await rejects(faulty.setIf(p, k, bytes('2'), predicate), 'OutcomeUnknownError');
    // One write, then as many reads as are tried.
    assert.equal(requests, 1 + 4);
    sameBytes((await sound.get(p, k))?.value, bytes('1'));
  },

  ...repeatedCases(),

  'throttling that does not end is its own error': async (world) => {
    const always = Array.from({ length: 8 }, (): Fault => 'throttled');
    const { faulty } = await opened(world, ...always);
    await rejects(faulty.get(p, k), 'ThrottledError');
    await rejects(faulty.setIf(p, k, bytes('1'), undefined), 'ThrottledError');
    assert.equal(await faulty.get(p, k), undefined);
  },

  'update never applies a change twice, whatever is lost': countedOnce,
};

async function undecided(world: World, interfere: (sound: KeyValueStore) => Promise<unknown>): Promise<void> {
  const { faulty, sound } = await opened(world, async (perform) => {
    await perform();
    await interfere(sound);
    throw new StoreUnavailableError('lost');
  });
  const predicate = await sound.setIf(p, k, bytes('1'), undefined);
  await rejects(faulty.setIf(p, k, bytes('2'), predicate), 'OutcomeUnknownError');
}

function repeatedCases(): Cases {
  const faults = ['answer lost', 'request lost', 'throttled', 'not sent'] as const;
  const unconditional = faults.map((fault) => [
    `reads, unconditional writes, deletes and scans are repeated when ${fault}`,
    async (world: World) => {
      const { faulty } = await opened(world, fault, 'pass', fault, 'pass', fault, 'pass', fault);
      await faulty.set(p, k, bytes('1'));
      sameBytes((await faulty.get(p, k))?.value, bytes('1'));
      assert.equal((await collect(faulty.scan(p))).length, 1);
      await faulty.delete(p, k);
      assert.equal(await faulty.get(p, k), undefined);
    },
  ]);
  const conditional = faults.slice(2).map((fault) => [
    `a conditional write is repeated when ${fault}, a creation too`,
    async (world: World) => {
      const { faulty } = await opened(world, fault, fault, 'pass', fault);
      const predicate = await faulty.setIf(p, k, bytes('1'), undefined);
      await faulty.setIf(p, k, bytes('2'), predicate);
      sameBytes((await faulty.get(p, k))?.value, bytes('2'));
    },
  ]);
  return Object.fromEntries([...unconditional, ...conditional]) as Cases;
}

async function countedOnce(world: World): Promise<void> {
  const driver = await world.driver();
  const sound = checkedStore(driver, quick);
  let run = 0;
  const increment = (value: Uint8Array | undefined) => bytes(String(Number(textOf(value)) + 1));
  const fault = fc.constantFrom<Fault>('pass', 'pass', 'answer lost', 'request lost', 'throttled');
  const property = fc.asyncProperty(fc.array(fault, { minLength: 20, maxLength: 60 }), async (faults) => {
    const partition = bytes(`run ${run++}`);
    const faulty = checkedStore(faultyDriver(driver, faults), quick);
    const updates = Array.from({ length: 8 }, () => update(faulty, partition, k, increment, quick));
    const results = await Promise.allSettled(updates);
    const done = results.filter(({ status }) => status === 'fulfilled').length;
    const unknown = results.filter((result) => 'reason' in result && isUnknown(result.reason)).length;
    const count = Number(textOf((await sound.get(partition, k))?.value));
    assert(count >= done && count <= done + unknown, `${count} of ${done} to ${done + unknown} changes are there`);
  });
  await fc.assert(property, { numRuns: 15 });
}

function isUnknown(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'OutcomeUnknownError';
}
