import { CorruptDataError, LeaseLostError, PredicateFailedError } from '../../src/errors.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { acquireLease, holdLease } from '../../src/kv/lease.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import {
  changeState,
  changeStateAsOwner,
  readState,
  stateFence,
  stateKey,
  stateLeaseCell,
  statePartition,
  type AttemptState,
} from '../../src/versions/state-entry.js';
import { bytes } from '../support/kv-bytes.js';
import { ManualClock } from '../support/manual-clock.js';

const durationMs = 30_000;
const attempt: AttemptState = {
  id: 'a1',
  spec: 'f00',
  description: 'copy of all tables',
  startedAt: '2026-01-01T00:00:00.000Z',
  phase: 'setup',
};

const old = { store: 'live', table: 'old', identity: '1', version: 1, notBefore: '2026-01-08T00:00:00.000Z' };

async function owned(store: KeyValueStore, owner: string): Promise<{ owner: string; token: number }> {
  const options = { owner, who: 'ann', where: 'laptop', durationMs, clock: new ManualClock() };
  return acquireLease(stateLeaseCell(store), options);
}

const stored = async (store: KeyValueStore): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode((await store.get(statePartition, stateKey))?.value));

describe('state entry', () => {
  test('is absent until something is written, then readable JSON at a fixed place', async () => {
    const store = openMemoryKeyValueStore();
    expect(await readState(store)).toBeUndefined();
    await changeState(store, (state) => ({ ...state, attempt, cleanup: [old], active: { orders: 'orders-2' } }));
    expect([...statePartition, 0, ...stateKey]).toEqual([...bytes('carryover'), 0, ...bytes('state')]);
    expect(await stored(store)).toEqual({
      format: 1,
      version: 0,
      revision: 1,
      token: 0,
      attempt,
      active: { orders: 'orders-2' },
      cleanup: [old],
    });
    expect(await readState(store)).toEqual(await stored(store));
  });

  test('remembers what the first owner found, until one of them has begun', async () => {
    const store = openMemoryKeyValueStore();
    await changeState(store, (state) => ({ ...state, version: 1 }));
    await owned(store, 'first');
    expect(await readState(store)).toMatchObject({ revision: 2, takenAt: 1 });
    await changeState(store, (state) => ({ ...state, lease: undefined }));
    await owned(store, 'second');
    expect(await readState(store)).toMatchObject({ revision: 4, takenAt: 1 });
    await changeState(store, (state) => ({ ...state, takenAt: undefined, lease: undefined }));
    await owned(store, 'third');
    expect(await readState(store)).toMatchObject({ revision: 6, takenAt: 5 });
  });

  test('gives a token that is larger than any that is known elsewhere', async () => {
    const store = openMemoryKeyValueStore();
    const options = { who: 'ann', where: 'laptop', durationMs, clock: new ManualClock() };
    const cell = stateLeaseCell(store);
    expect(await acquireLease(cell, { ...options, owner: 'run', tokenAbove: 6 })).toMatchObject({ token: 7 });
    await changeState(store, (state) => ({ ...state, lease: undefined }));
    expect(await acquireLease(cell, { ...options, owner: 'next', tokenAbove: 2 })).toMatchObject({ token: 8 });
  });

  test('grows its revision with each write, leases too, whatever a change says', async () => {
    const store = openMemoryKeyValueStore();
    await changeState(store, (state) => ({ ...state, revision: 77 }));
    const own = await owned(store, 'run');
    expect(await changeStateAsOwner(store, own, (state) => ({ ...state, version: 1 }))).toMatchObject({ revision: 3 });
    expect(await readState(store)).toMatchObject({ revision: 3, version: 1, token: 1, lease: { owner: 'run' } });
  });

  test('is not written by a change that returns it as it is, nor by one that throws', async () => {
    const store = openMemoryKeyValueStore();
    expect(await changeState(store, (state) => state)).toMatchObject({ revision: 0, version: 0 });
    const refusal = new Error('no');
    await expect(changeState(store, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await readState(store)).toBeUndefined();
  });

  test('takes every change of many at once', async () => {
    const store = openMemoryKeyValueStore();
    const increments = Array.from({ length: 20 }, () =>
      changeState(store, (state) => ({ ...state, version: state.version + 1 }), { retry: { baseMs: 1, capMs: 10 } }),
    );
    await Promise.all(increments);
    expect(await readState(store)).toMatchObject({ version: 20, revision: 20 });
  });

  test('gives up after bounded attempts when others are faster each time', async () => {
    const store = openMemoryKeyValueStore();
    let calls = 0;
    const overtaken = changeState(
      store,
      async (state) => {
        calls++;
        await changeState(store, (other) => ({ ...other, version: other.version + 1 }));
        return { ...state, version: 0 };
      },
      { retry: { attempts: 4, baseMs: 1 } },
    );
    await expect(overtaken).rejects.toThrow(PredicateFailedError);
    expect(calls).toBe(4);
  });

  test('is changed by the owner of its lease alone', async () => {
    const store = openMemoryKeyValueStore();
    const own = await owned(store, 'run');
    const change = countedChange();
    for (const other of [
      { ...own, owner: 'other' },
      { ...own, token: own.token + 1 },
      { ...own, token: 0 },
    ])
      await expect(changeStateAsOwner(store, other, change.fn)).rejects.toThrow(LeaseLostError);
    expect(change.calls()).toBe(0);
    await changeStateAsOwner(store, own, change.fn);
    expect(await readState(store)).toMatchObject({ version: 9 });
  });

  test('gives a fence that reads the token in stored bytes', async () => {
    const store = openMemoryKeyValueStore();
    const [own, clock] = [await owned(store, 'run'), new ManualClock()];
    const held = holdLease({ cell: stateLeaseCell(store), ...own, durationMs, requestTimeoutMs: 5_000, clock });
    const fence = stateFence(held);
    expect(() => fence.assertMaySend()).toThrow(LeaseLostError);
    await held.keep();
    fence.assertMaySend();
    const value = (await store.get(fence.partition, fence.key))?.value ?? new Uint8Array();
    expect(fence.tokenOf(value)).toBe(fence.token);
    await changeState(store, (state) => ({ ...state, lease: undefined }));
    const released = (await store.get(fence.partition, fence.key))?.value ?? new Uint8Array();
    expect(fence.tokenOf(released)).toBe(0);
  });

  test.each([
    ['no JSON', '{"format": 1', /is not JSON/],
    ['no UTF-8', '\xff', /is not JSON/],
    ['no object', '7', /has the format undefined/],
    ['a newer format', '{"format": 2, "version": 0}', /has the format 2, this version reads 1/],
    ['a missing field', '{"format":1,"version":0,"revision":0,"active":{},"cleanup":[]}', /token/],
    ['a field of a wrong type', '{"format":1,"version":0,"revision":0,"token":"1","active":{},"cleanup":[]}', /token/],
    ['an unknown field', '{"format":1,"version":0,"revision":0,"token":1,"active":{},"cleanup":[],"more":1}', /more/],
  ])('refuses %s, and never writes over it', async (_name, text, message) => {
    const store = openMemoryKeyValueStore();
    const value = Uint8Array.from(Buffer.from(text, 'latin1'));
    await store.set(statePartition, stateKey, value);
    const calls = [
      () => readState(store),
      () => changeState(store, (state) => ({ ...state, version: 1 })),
      () => owned(store, 'run'),
    ];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CorruptDataError);
      expect(String(error)).toMatch(message);
    }
    expect((await store.get(statePartition, stateKey))?.value).toEqual(value);
  });
});

/** A change that counts its calls. */
function countedChange() {
  let calls = 0;
  const fn: Parameters<typeof changeState>[1] = (state) => {
    calls++;
    return { ...state, version: 9 };
  };
  return { fn, calls: () => calls };
}
