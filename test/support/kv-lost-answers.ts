import fc from 'fast-check';
import { OutcomeUnknownError, PredicateFailedError, StoreUnavailableError, ThrottledError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { update } from '../../src/kv/update.js';
import { faultyDriver, type Fault } from './kv-faults.js';
import { bytes, collect } from './kv-bytes.js';

const [p, k] = [bytes('p'), bytes('k')];
const quick = { retry: { baseMs: 1, capMs: 2 } };

interface Opened {
  readonly faulty: KeyValueStore;
  /** The same data without faults. */
  readonly sound: KeyValueStore;
}

/** What becomes of writes whose answer never comes. `faults` says what happens to each request, in order. */
export function lostAnswerConformance(openDriver: () => Promise<KeyValueDriver>): void {
  const opened = async (...faults: Fault[]): Promise<Opened> => {
    const driver = await openDriver();
    return { faulty: checkedStore(faultyDriver(driver, faults), quick), sound: checkedStore(driver, quick) };
  };
  foundOut(opened);
  undecided(opened);
  repeated(opened);
  countedOnce(openDriver);
}

type Open = (...faults: Fault[]) => Promise<Opened>;

function foundOut(opened: Open): void {
  test('a creation whose answer was lost is recognised as made', async () => {
    const { faulty } = await opened('answer lost');
    const predicate = await faulty.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    expect((await faulty.get(p, k))?.value).toEqual(bytes('2'));
  });

  test('a replacement whose answer was lost is recognised as made, after writes of others too', async () => {
    const { faulty, sound } = await opened(async (perform) => {
      await perform();
      for (let write = 0; write < 10; write++) {
        const entry = await sound.get(p, k);
        await sound.setIf(p, k, bytes(`other ${write}`), entry?.predicate);
      }
      throw new StoreUnavailableError('lost');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    expect((await sound.get(p, k))?.value).toEqual(bytes('other 9'));
  });

  test('a replacement that was lost on its way is sent again', async () => {
    const { faulty, sound } = await opened('request lost', 'pass', 'request lost');
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await faulty.setIf(p, k, bytes('2'), predicate);
    expect((await sound.get(p, k))?.value).toEqual(bytes('2'));
  });

  test('a request that arrives after its repetition changes nothing', async () => {
    let arrive: (() => Promise<unknown>) | undefined;
    const { faulty, sound } = await opened((perform) => {
      arrive = perform;
      throw new StoreUnavailableError('delayed');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    const second = await faulty.setIf(p, k, bytes('2'), predicate);
    await sound.setIf(p, k, bytes('3'), second);
    await arrive?.();
    expect((await sound.get(p, k))?.value).toEqual(bytes('3'));
  });

  test('a request that arrives just before its repetition is recognised by that', async () => {
    let arrive: (() => Promise<unknown>) | undefined;
    const delayed: Fault = (perform) => {
      arrive = perform;
      throw new StoreUnavailableError('delayed');
    };
    const repetition: Fault = async (perform) => {
      await arrive?.();
      return perform();
    };
    const { faulty, sound } = await opened(delayed, 'pass', repetition);
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    const second = await faulty.setIf(p, k, bytes('2'), predicate);
    await sound.setIf(p, k, bytes('3'), second);
  });

  test('a replacement that was lost on its way and overtaken fails', async () => {
    const { faulty, sound } = await opened(async () => {
      await sound.setIf(p, k, bytes('faster'), predicate);
      throw new StoreUnavailableError('lost');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await expect(faulty.setIf(p, k, bytes('2'), predicate)).rejects.toThrow(PredicateFailedError);
    expect((await sound.get(p, k))?.value).toEqual(bytes('faster'));
  });
}

function undecided(opened: Open): void {
  const after = (interfere: (sound: KeyValueStore) => Promise<unknown>) => async () => {
    const { faulty, sound } = await opened(async (perform) => {
      await perform();
      await interfere(sound);
      throw new StoreUnavailableError('lost');
    });
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await expect(faulty.setIf(p, k, bytes('2'), predicate)).rejects.toThrow(OutcomeUnknownError);
  };
  test(
    'a lost answer and an entry deleted since: nobody knows',
    after((sound) => sound.delete(p, k)),
  );
  test(
    'a lost answer and an entry overwritten since: nobody knows',
    after((sound) => sound.set(p, k, bytes('3'))),
  );

  test('a creation that may have been made and removed is not made again', async () => {
    const { faulty, sound } = await opened('request lost');
    await expect(faulty.setIf(p, k, bytes('1'), undefined)).rejects.toThrow(OutcomeUnknownError);
    expect(await sound.get(p, k)).toBeUndefined();
  });

  test('an engine that never answers leaves the outcome unknown after a bounded number of requests', async () => {
    let requests = 0;
    const silence = (): never => {
      requests++;
      throw new StoreUnavailableError('silence');
    };
    const { faulty, sound } = await opened(...Array.from({ length: 99 }, () => silence));
    const predicate = await sound.setIf(p, k, bytes('1'), undefined);
    await expect(faulty.setIf(p, k, bytes('2'), predicate)).rejects.toThrow(OutcomeUnknownError);
    // One write, then as many reads as are tried.
    expect(requests).toBe(1 + 4);
    expect((await sound.get(p, k))?.value).toEqual(bytes('1'));
  });
}

function repeated(opened: Open): void {
  test.each<Fault>(['answer lost', 'request lost', 'throttled', 'not sent'])(
    'reads, unconditional writes, deletes and scans are repeated when %s',
    async (fault) => {
      const { faulty } = await opened(fault, 'pass', fault, 'pass', fault, 'pass', fault);
      await faulty.set(p, k, bytes('1'));
      expect((await faulty.get(p, k))?.value).toEqual(bytes('1'));
      expect(await collect(faulty.scan(p))).toHaveLength(1);
      await faulty.delete(p, k);
      expect(await faulty.get(p, k)).toBeUndefined();
    },
  );

  test.each<Fault>(['throttled', 'not sent'])(
    'a conditional write is repeated when %s, a creation too',
    async (fault) => {
      const { faulty } = await opened(fault, fault, 'pass', fault);
      const predicate = await faulty.setIf(p, k, bytes('1'), undefined);
      await faulty.setIf(p, k, bytes('2'), predicate);
      expect((await faulty.get(p, k))?.value).toEqual(bytes('2'));
    },
  );

  test('throttling that does not end is its own error', async () => {
    const always = Array.from({ length: 8 }, (): Fault => 'throttled');
    const { faulty } = await opened(...always);
    await expect(faulty.get(p, k)).rejects.toThrow(ThrottledError);
    await expect(faulty.setIf(p, k, bytes('1'), undefined)).rejects.toThrow(ThrottledError);
    expect(await faulty.get(p, k)).toBeUndefined();
  });
}

function countedOnce(openDriver: () => Promise<KeyValueDriver>): void {
  test('update never applies a change twice, whatever is lost', async () => {
    const driver = await openDriver();
    const sound = checkedStore(driver, quick);
    let run = 0;
    const increment = (value: Uint8Array | undefined) => bytes(String(Number(new TextDecoder().decode(value)) + 1));
    const fault = fc.constantFrom<Fault>('pass', 'pass', 'answer lost', 'request lost', 'throttled');
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 20, maxLength: 60 }), async (faults) => {
        const partition = bytes(`run ${run++}`);
        const faulty = checkedStore(faultyDriver(driver, faults), quick);
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, () => update(faulty, partition, k, increment, quick)),
        );
        const done = results.filter(({ status }) => status === 'fulfilled').length;
        const unknown = results.filter(
          (result) => 'reason' in result && result.reason instanceof OutcomeUnknownError,
        ).length;
        const count = Number(new TextDecoder().decode((await sound.get(partition, k))?.value));
        expect(count).toBeGreaterThanOrEqual(done);
        expect(count).toBeLessThanOrEqual(done + unknown);
      }),
      { numRuns: 15 },
    );
  });
}
