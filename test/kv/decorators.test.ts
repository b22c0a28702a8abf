import { StoreUnavailableError, ThrottledError } from '../../src/errors.js';
import { faultyDriver } from '../../src/kv/conformance/faulty-driver.js';
import {
  checkedStore,
  update,
  withMetrics,
  withPrefix,
  withRateLimit,
  type RequestMeasure,
} from '../../src/kv/exports.js';
import { MemoryKeyValueDriver } from '../../src/kv/memory-key-value-store.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { kvConformance } from '../support/kv-conformance.js';
import { ManualClock } from '../support/manual-clock.js';

const [p, k] = [bytes('p'), bytes('k')];
const memory = async () => new MemoryKeyValueDriver(10);

kvConformance('with a prefix', async () => withPrefix(await memory(), bytes('tenant/')));
kvConformance('with metrics', async () => withMetrics(await memory(), () => undefined));
kvConformance('with a rate limit', async () => withRateLimit(await memory(), { requestsPerSecond: 1e6, burst: 1e4 }));
kvConformance('with all of them', async () =>
  withPrefix(
    withMetrics(withRateLimit(withPrefix(await memory(), bytes('a/')), { requestsPerSecond: 1e6 }), () => {
      throw new Error('nobody hears this');
    }),
    bytes('b/'),
  ),
);
describe('withPrefix', () => {
  test('keeps stores in one table apart, and is no other store than that of its partitions', async () => {
    const driver = await memory();
    const [one, other, all] = [
      checkedStore(withPrefix(driver, bytes('one/'))),
      checkedStore(withPrefix(driver, bytes('other/'))),
      checkedStore(driver),
    ];
    await one.set(p, k, bytes('1'));
    await other.set(p, k, bytes('2'));
    expect((await one.get(p, k))?.value).toEqual(bytes('1'));
    expect(await collect(all.scan(bytes('other/p')))).toEqual([{ key: k, value: bytes('2') }]);
    await one.delete(p, k);
    expect((await other.get(p, k))?.value).toEqual(bytes('2'));
  });

  test('says the limits that it leaves, and refuses to leave none', async () => {
    const driver = withPrefix(withPrefix(await memory(), new Uint8Array(500)), new Uint8Array(500));
    await expect(checkedStore(driver).get(new Uint8Array(24), k)).rejects.toThrow(
      /has 24 bytes; it may have at most 23/,
    );
    expect(() => withPrefix(driver, new Uint8Array(23))).toThrow(RangeError);
    expect(() => withPrefix(driver, 'text' as unknown as Uint8Array)).toThrow(/^prefix must be a Uint8Array/);
  });
});

describe('withMetrics', () => {
  test('tells of each request that reached the driver, how long it took and what became of it', async () => {
    const [clock, measures] = [new ManualClock(), [] as RequestMeasure[]];
    const slow = async (perform: () => Promise<unknown>) => {
      clock.advance(30);
      return perform();
    };
    const driver = faultyDriver(await memory(), [slow, 'throttled', 'pass', 'pass']);
    const store = checkedStore(
      withMetrics(driver, (measure) => measures.push(measure), clock),
      { retry: { baseMs: 0 } },
    );
    await store.set(p, k, bytes('v'));
    await store.get(p, k);
    await expect(store.setIf(p, k, bytes('w'), undefined)).rejects.toThrow(/is there already/);
    expect(measures).toEqual([
      { operation: 'write', durationMs: 30, outcome: 'done' },
      { operation: 'read', durationMs: 0, outcome: 'failed', error: 'ThrottledError' },
      { operation: 'read', durationMs: 0, outcome: 'done' },
      { operation: 'writeIf', durationMs: 0, outcome: 'refused' },
    ]);
  });

  test('does not let its recorder fail a write that was done', async () => {
    const store = checkedStore(
      withMetrics(await memory(), () => {
        throw new Error('the monitor is down');
      }),
    );
    const entry = await update(store, p, k, () => bytes('v'));
    expect(await store.get(p, k)).toEqual(entry);
  });
});

describe('withRateLimit', () => {
  /** When each of so many requests, all made at once, went out, in ms. */
  async function sentAt(count: number, limit: Omit<Parameters<typeof withRateLimit>[1], 'clock'>): Promise<number[]> {
    const [clock, at] = [new ManualClock(), [] as number[]];
    const seen = faultyDriver(await memory(), [], async (perform) => {
      at.push(clock.monotonic());
      return perform();
    });
    const driver = withRateLimit(seen, { ...limit, clock });
    const reads = Promise.allSettled(Array.from({ length: count }, () => driver.read(p, k)));
    let ended = false;
    void reads.then(() => (ended = true));
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(10);
    }
    const refused = (await reads).filter(({ status }) => status === 'rejected');
    for (const result of refused) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(ThrottledError);
    expect(at.length + refused.length).toBe(count);
    return at;
  }

  test('sends a burst at once and the others at the rate', async () => {
    expect(await sentAt(6, { requestsPerSecond: 10, burst: 3 })).toEqual([0, 0, 0, 100, 200, 300]);
  });

  test('throttles who would wait too long, and sends nothing for them', async () => {
    expect(await sentAt(9, { requestsPerSecond: 10, burst: 1, maxWaitMs: 250 })).toEqual([0, 100, 200]);
  });

  test('saves up no more than a burst while nobody asks', async () => {
    const clock = new ManualClock();
    const driver = withRateLimit(await memory(), { requestsPerSecond: 10, burst: 2, maxWaitMs: 0, clock });
    clock.advance(60_000);
    const reads = await Promise.allSettled(Array.from({ length: 5 }, () => driver.read(p, k)));
    expect(reads.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  test.each([{ requestsPerSecond: 0 }, { requestsPerSecond: Number.NaN }, { requestsPerSecond: 1, burst: 0.5 }])(
    'refuses a limit that lets nothing through: %j',
    async (limit) => {
      const driver = await memory();
      expect(() => withRateLimit(driver, limit)).toThrow(RangeError);
    },
  );

  test('hands on what the engine says', async () => {
    const driver = withRateLimit(faultyDriver(await memory(), ['request lost']), { requestsPerSecond: 10 });
    await expect(driver.read(p, k)).rejects.toThrow(StoreUnavailableError);
  });
});
