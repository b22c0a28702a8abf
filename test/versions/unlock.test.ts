import { LeaseLostError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { changeState, changeStateAsOwner, readState } from '../../src/versions/state-entry.js';
import { breakLock } from '../../src/versions/unlock.js';
import { ManualClock } from '../support/manual-clock.js';
import { attemptOf, beginRun, leaseMs, putVersion } from './database-state.js';

describe('breakLock', () => {
  test('takes the lock from its holder, whose next write is refused, and leaves all else as it is', async () => {
    const [kv, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    await putVersion(kv, 5);
    await changeState(kv, (state) => ({ ...state, attempt: attemptOf(6), active: { orders: 'orders_v2' } }));
    const held = await beginRun(kv, 'r1', clock);
    const before = await readState(kv);
    expect(await breakLock(kv, held)).toBe(true);
    expect(await readState(kv)).toEqual({ ...before, revision: (before?.revision ?? 0) + 1, lease: undefined });
    const write = changeStateAsOwner(kv, held, (state) => ({ ...state, version: 6 }));
    await expect(write).rejects.toThrow(LeaseLostError);
    clock.advance(leaseMs / 3);
    await expect(held.keep()).rejects.toThrow(LeaseLostError);
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
    expect((await readState(kv))?.version).toBe(5);
  });

  test('lets the next run begin at once, with a larger token', async () => {
    const [kv, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    const held = await beginRun(kv, 'r1', clock);
    await breakLock(kv, held);
    expect((await beginRun(kv, 'r2', clock)).token).toBe(held.token + 1);
    expect(clock.monotonic()).toBe(0);
  });

  test.each([
    ['another run', { owner: 'r2', token: 1 }],
    ['an earlier token of the same run', { owner: 'r1', token: 0 }],
  ])('leaves the lock alone when the holder that was shown is %s', async (_name, shown) => {
    const [kv, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    await beginRun(kv, 'r1', clock);
    const before = await readState(kv);
    expect(await breakLock(kv, shown)).toBe(false);
    expect(await readState(kv)).toEqual(before);
  });

  test('writes nothing when nobody holds the lock', async () => {
    const kv = openMemoryKeyValueStore();
    expect(await breakLock(kv, { owner: 'r1', token: 1 })).toBe(false);
    expect(await readState(kv)).toBeUndefined();
  });

  test('is told of the change that came between, and breaks no lock of another', async () => {
    const [kv, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    const held = await beginRun(kv, 'r1', clock);
    let overtaken = false;
    const slow = {
      ...{ set: kv.set.bind(kv), setIf: kv.setIf.bind(kv), delete: kv.delete.bind(kv) },
      ...{ scan: kv.scan.bind(kv), close: kv.close.bind(kv) },
      async get(partition: Uint8Array, key: Uint8Array) {
        const entry = await kv.get(partition, key);
        if (!overtaken) {
          overtaken = true;
          await breakLock(kv, held);
          await beginRun(kv, 'r2', clock);
        }
        return entry;
      },
    };
    expect(await breakLock(slow, held, { retry: { baseMs: 1 } })).toBe(false);
    expect((await readState(kv))?.lease?.owner).toBe('r2');
  });
});
