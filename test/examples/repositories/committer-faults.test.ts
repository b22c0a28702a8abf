import fc from 'fast-check';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { MemoryKeyValueDriver } from '../../../src/kv/memory-key-value-store.js';
import { systemClock } from '../../../src/system-clock.js';
import { keyValueEngines } from '../../support/kv-engines.js';
import { expectSound, newRepository, promptClock, runCommitter, Told } from './committers.js';
import { deafAtTimes, killedAfter, type Outage } from './faulty-processes.js';

const clock = promptClock;
const storeOf = (driver: KeyValueDriver): KeyValueStore => checkedStore(driver, { clock });

/** A driver whose requests take so many turns of the event loop each, over and over, so that committers do not march in step. */
function uneven(driver: KeyValueDriver, turns: readonly number[]): KeyValueDriver {
  let request = 0;
  return aroundDriver(driver, async (_operation, perform) => {
    for (let turn = turns[request++ % turns.length] ?? 0; turn > 0; turn--) await clock.sleep(0);
    return perform();
  });
}
const turns = fc.array(fc.nat(5), { minLength: 7, maxLength: 13 });

const outage: fc.Arbitrary<Outage> = fc.record({ after: fc.nat(60), deaf: fc.constantFrom(0, 0, 1, 4, 5, 6, 7) });
const outages = fc.array(outage, { minLength: 5, maxLength: 20, size: 'max' });

describe('committers on one branch', () => {
  test('killed at random points lose nothing that they were told of, and leave nothing twice', async () => {
    const life = fc.record({ calls: fc.nat(120), arrives: fc.boolean(), turns });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 10, maxLength: 50, size: 'max' }), async (lives) => {
        const driver = new MemoryKeyValueDriver();
        const home = await newRepository(storeOf(driver), clock);
        const told = new Told();
        const sound = ['a', 'b', 'c'].map((name) => runCommitter(home, name, 5, told));
        const killed = lives.map((life, index) => {
          const store = storeOf(killedAfter(uneven(driver, life.turns), life.calls, life.arrives));
          return runCommitter({ store, clock }, `${index}`, 9, told);
        });
        await Promise.all([...sound, ...killed]);
        expect(told.failed.length).toBeGreaterThan(0);
        expect(told.failed.map(String).filter((reason) => reason !== 'Error: killed')).toEqual([]);
        await expectSound(home, told);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  test('whose answers and requests are lost neither lose a commit nor make one twice', async () => {
    let [asked, told] = [0, 0];
    const processes = fc.array(fc.record({ outages, turns }), { minLength: 5, maxLength: 20, size: 'max' });
    await fc.assert(
      fc.asyncProperty(processes, async (all) => {
        const driver = new MemoryKeyValueDriver();
        const home = await newRepository(storeOf(driver), clock);
        const heard = new Told();
        const committers = all.map((each, index) => {
          const store = storeOf(deafAtTimes(uneven(driver, each.turns), each.outages));
          return runCommitter({ store, clock }, `${index}`, 5, heard);
        });
        await Promise.all(committers);
        asked += all.length * 5;
        told += heard.committed.length;
        await expectSound(home, heard);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    // Few calls end with an error: those whose beginning cannot be told from another's.
    expect(told).toBeGreaterThan(asked * 0.9);
  });
});

/** Of ten processes, each of which asks for six commits, three are killed and four lose answers. */
const ten = fc.record({
  lives: fc.array(fc.record({ calls: fc.nat(60), arrives: fc.boolean() }), { minLength: 3, maxLength: 3 }),
  outages: fc.array(outages, { minLength: 4, maxLength: 4 }),
});

describe.each(keyValueEngines)('ten committers on one branch in %s', (_name, open) => {
  test('of whom some are killed and some lose answers, lose no commit and make none twice', async () => {
    const quick = { retry: { baseMs: 1, capMs: 20 } };
    const property = fc.asyncProperty(ten, async ({ lives, outages: lost }) => {
      const { driver, close } = await open();
      try {
        const storeOver = (over: KeyValueDriver) => checkedStore(over, quick);
        const home = await newRepository(storeOver(driver));
        const told = new Told();
        const processes = [
          ...Array.from({ length: 3 }, () => driver),
          ...lives.map(({ calls, arrives }) => killedAfter(driver, calls, arrives)),
          ...lost.map((plan) => deafAtTimes(driver, plan)),
        ];
        await Promise.all(
          processes.map((process, index) =>
            runCommitter({ store: storeOver(process), clock: systemClock }, `${index}`, 6, told),
          ),
        );
        expect(told.failed.filter((error) => String(error) === 'Error: killed')).toHaveLength(3);
        expect(told.committed.length).toBeGreaterThan(3 * 6);
        await expectSound(home, told);
      } finally {
        await close();
      }
    });
    await fc.assert(property, { numRuns: 2, endOnFailure: true });
  });
});
