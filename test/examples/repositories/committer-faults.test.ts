import fc from 'fast-check';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { faultyDriver, type Fault } from '../../../src/kv/conformance/faulty-driver.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import { MemoryKeyValueDriver } from '../../../src/kv/memory-key-value-store.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { expectSound, newRepository, promptClock, runCommitter, Told } from './committers.js';

const clock = promptClock;
const storeOf = (driver: KeyValueDriver): KeyValueStore => checkedStore(driver, { clock });

/** A process that is killed at its request number `calls`: none of them, that one included or not, is ever answered. */
function killedAfter(driver: KeyValueDriver, calls: number, arrives: boolean): KeyValueDriver {
  const dead = () => Promise.reject(new Error('killed'));
  const last: Fault = arrives ? async (perform) => perform().then(dead) : dead;
  return faultyDriver(driver, [...Array.from({ length: calls }, (): Fault => 'pass'), last], dead);
}

describe('committers on one branch', () => {
  test('killed at random points lose nothing that they were told of, and leave nothing twice', async () => {
    const life = fc.record({ calls: fc.nat(120), arrives: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 10, maxLength: 50 }), async (lives) => {
        const driver = new MemoryKeyValueDriver();
        const home = await newRepository(storeOf(driver), clock);
        const told = new Told();
        const sound = ['a', 'b', 'c'].map((name) => runCommitter(home, name, 5, told));
        const killed = lives.map(({ calls, arrives }, index) =>
          runCommitter({ store: storeOf(killedAfter(driver, calls, arrives)), clock }, `${index}`, 9, told),
        );
        await Promise.all([...sound, ...killed]);
        expect(told.failed.length).toBeGreaterThan(0);
        expect(told.failed.map(String).filter((reason) => reason !== 'Error: killed')).toEqual([]);
        await expectSound(home, told);
      }),
      { numRuns: 40 },
    );
  });

  test('whose answers and requests are lost neither lose a commit nor make one twice', async () => {
    const fault = fc.constantFrom<Fault>('answer lost', 'answer lost', 'request lost', 'throttled');
    const faults = fc.array(
      fc.oneof({ weight: 6, arbitrary: fc.constant<Fault>('pass') }, { weight: 1, arbitrary: fault }),
      {
        minLength: 2_000,
        maxLength: 4_000,
        size: 'max',
      },
    );
    let commits = 0;
    await fc.assert(
      fc.asyncProperty(faults, async (all) => {
        const driver = new MemoryKeyValueDriver();
        const home = await newRepository(storeOf(driver), clock);
        const told = new Told();
        const backend = { store: storeOf(faultyDriver(driver, all)), clock };
        const names = Array.from({ length: 20 }, (_, index) => `${index}`);
        await Promise.all(names.map((name) => runCommitter(backend, name, 5, told)));
        commits += told.committed.length;
        await expectSound(home, told);
      }),
      { numRuns: 30 },
    );
    // Faults that end a call are the exception: four of a row at one request, or a branch that nobody could read.
    expect(commits).toBeGreaterThan(30 * 100 * 0.8);
  });
});
