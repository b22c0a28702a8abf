import fc from 'fast-check';
import { StoreUnavailableError } from '../../../src/errors.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { faultyDriver, type Fault } from '../../../src/kv/conformance/faulty-driver.js';
import type { KeyValueDriver } from '../../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { MemoryKeyValueDriver } from '../../../src/kv/memory-key-value-store.js';
import { expectSound, newRepository, promptClock, runCommitter, Told } from './committers.js';

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

/** A process that is killed at its request number `calls`: from that one on none is answered; that one may arrive. */
function killedAfter(driver: KeyValueDriver, calls: number, arrives: boolean): KeyValueDriver {
  const dead = () => Promise.reject(new Error('killed'));
  const last: Fault = arrives ? async (perform) => perform().then(dead) : dead;
  return faultyDriver(driver, [...Array.from({ length: calls }, (): Fault => 'pass'), last], dead);
}

/** After so many requests, the answer to the next conditional write is lost, and those to so many further requests too. */
const outage = fc.record({ after: fc.nat(60), deaf: fc.constantFrom(0, 0, 1, 4, 5, 6, 7) });
const outages = fc.array(outage, { minLength: 5, maxLength: 20, size: 'max' });

/**
 * A process that hears nothing for a while, again and again. A store tries a request four times: deaf for four requests,
 * it cannot find out what became of the conditional write; up to seven, it can read again in the end.
 */
function deafAtTimes(driver: KeyValueDriver, plan: readonly { after: number; deaf: number }[]): KeyValueDriver {
  const ahead = [...plan];
  let [requests, deaf] = [0, 0];
  return aroundDriver(driver, async (operation, perform) => {
    const next = ahead[0];
    requests++;
    if (deaf > 0) deaf--;
    else if (next === undefined || requests <= next.after || operation !== 'writeIf') return perform();
    else {
      ({ deaf } = next);
      requests = 0;
      ahead.shift();
      await perform();
    }
    throw new StoreUnavailableError('connection reset');
  });
}

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
