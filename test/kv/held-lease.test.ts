import { InputError, LeaseLostError, StoreUnavailableError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { acquireLease, holdLease, type HeldLease } from '../../src/kv/lease.js';
import { MemoryKeyValueDriver } from '../../src/kv/memory-key-value-store.js';
import { changeState, readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { ManualClock } from '../support/manual-clock.js';

const durationMs = 30_000;
const requestTimeoutMs = 5_000;

/** A lease that run `a` took, workers of that run, and a count of requests. */
async function owned() {
  const memory = new MemoryKeyValueDriver();
  const requests = { reads: 0, writes: 0 };
  const driver: KeyValueDriver = {
    location: memory.location,
    read: (...at) => (requests.reads++, memory.read(...at)),
    write: (...at) => memory.write(...at),
    writeIf: (...at) => (requests.writes++, memory.writeIf(...at)),
    remove: (...at) => memory.remove(...at),
    page: (...at) => memory.page(...at),
    close: () => memory.close(),
  };
  const [store, clock] = [checkedStore(driver), new ManualClock()];
  const cell = stateLeaseCell(store);
  const { token } = await acquireLease(cell, { owner: 'a', who: 'ann', where: 'laptop', durationMs, clock });
  const worker = (): HeldLease => holdLease({ cell, owner: 'a', token, durationMs, requestTimeoutMs, clock });
  return { store, clock, requests, worker, driver };
}

describe('held lease', () => {
  test('may send nothing before it was kept once', async () => {
    const { worker } = await owned();
    const held = worker();
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
    expect(() => held.assertMaySend()).toThrow(/may not write to the target yet: its lease was not kept once/);
    expect(held.validForMs()).toBe(0);
    await held.keep();
    held.assertMaySend();
  });

  test('is renewed when a third of its time has passed, and asks nothing before', async () => {
    const { worker, clock, requests } = await owned();
    const held = worker();
    await held.keep();
    const after = { ...requests };
    clock.advance(durationMs / 3 - 1);
    await held.keep();
    expect(requests).toEqual(after);
    clock.advance(1);
    await held.keep();
    expect(requests).toEqual({ reads: after.reads + 1, writes: after.writes + 1 });
    expect(held.validForMs()).toBe(durationMs);
  });

  test('ends for new requests one request timeout before its time is over', async () => {
    const { worker, clock } = await owned();
    const held = worker();
    await held.keep();
    clock.advance(durationMs - requestTimeoutMs);
    held.assertMaySend();
    clock.advance(1);
    expect(() => held.assertMaySend()).toThrow(/was not renewed in time/);
    expect(held.validForMs()).toBe(requestTimeoutMs - 1);
  });

  test('ends by the wall clock when the machine slept, and is renewed when it wakes in time', async () => {
    const { worker, clock, requests } = await owned();
    const held = worker();
    await held.keep();
    const after = { ...requests };
    clock.wall += durationMs - requestTimeoutMs;
    held.assertMaySend();
    clock.wall += 1;
    expect(() => held.assertMaySend()).toThrow(/was not renewed in time/);
    expect(held.validForMs()).toBe(requestTimeoutMs - 1);
    await held.keep();
    expect(requests).toEqual({ reads: after.reads + 1, writes: after.writes + 1 });
    expect(held.validForMs()).toBe(durationMs);
    held.assertMaySend();
  });

  test('ends by the monotonic clock when the wall clock is set back, and is neither longer nor renewed later', async () => {
    const { worker, clock, requests } = await owned();
    const held = worker();
    await held.keep();
    const after = { ...requests };
    clock.wall -= 1_000 * durationMs;
    expect(held.validForMs()).toBe(durationMs);
    clock.advance(durationMs / 3);
    await held.keep();
    expect(requests.writes).toBe(after.writes + 1);
    clock.wall -= 1_000 * durationMs;
    clock.advance(durationMs - requestTimeoutMs + 1);
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
  });

  test('counts what another renewed from the own read before it, by either clock', async () => {
    const { worker, clock, driver } = await owned();
    const [one, other] = [worker(), worker()];
    await one.keep();
    clock.advance(durationMs / 3);
    await other.keep();
    clock.wall += durationMs / 3;
    driver.writeIf = () => Promise.reject(new Error('refused'));
    await expect(one.keep()).rejects.toThrow('refused');
    expect(one.validForMs()).toBe(durationMs / 3);
  });

  test('is shared by calls of keep at one time', async () => {
    const { worker, requests } = await owned();
    const held = worker();
    const before = requests.writes;
    await Promise.all([held.keep(), held.keep(), held.keep()]);
    expect(requests.writes).toBe(before + 1);
  });

  test('of many workers few write: what another renewed counts from the own read before it', async () => {
    const { worker, clock, requests, store } = await owned();
    const workers = Array.from({ length: 20 }, worker);
    await Promise.all(workers.map((held) => held.keep()));
    const before = requests.writes;
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      for (const held of workers) {
        clock.advance(durationMs / 3 / workers.length);
        await held.keep();
        for (const each of workers) each.assertMaySend();
      }
    }
    expect(requests.writes - before).toBeLessThanOrEqual(2 * rounds);
    expect((await readState(store))?.lease?.token).toBe(1);
  });

  test('says which revision of the entry it saw last', async () => {
    const { worker, clock, store } = await owned();
    const held = worker();
    expect(held.revision()).toBe(0);
    await held.keep();
    expect(held.revision()).toBe((await readState(store))?.revision);
    await changeState(store, (state) => ({ ...state, version: 1 }));
    clock.advance(durationMs / 3);
    await held.keep();
    expect(held.revision()).toBe((await readState(store))?.revision);
  });

  test('stays valid to its end when it cannot be renewed', async () => {
    const { worker, clock, driver } = await owned();
    const held = worker();
    await held.keep();
    clock.advance(durationMs / 2);
    driver.read = () => Promise.reject(new StoreUnavailableError('down'));
    await expect(held.keep()).rejects.toThrow(StoreUnavailableError);
    held.assertMaySend();
    expect(held.validForMs()).toBe(durationMs / 2);
  });

  test('is lost for good once the entry named another owner, or none', async () => {
    const { worker, clock, store } = await owned();
    const held = worker();
    await held.keep();
    const lease = (await readState(store))?.lease;
    await changeState(store, (state) => ({ ...state, lease: undefined }));
    clock.advance(durationMs / 3);
    await expect(held.keep()).rejects.toThrow(/nobody owns it/);
    await changeState(store, (state) => ({ ...state, lease }));
    await expect(held.keep()).rejects.toThrow(LeaseLostError);
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
    expect(held.validForMs()).toBe(0);
  });

  test('refuses a request timeout that leaves no time to send', async () => {
    const { store, clock } = await owned();
    const options = {
      cell: stateLeaseCell(store),
      owner: 'a',
      token: 1,
      durationMs: 6_000,
      requestTimeoutMs: 4_000,
      clock,
    };
    expect(() => holdLease(options)).toThrow(InputError);
    expect(() => holdLease(options)).toThrow(/^requestTimeoutMs: must be less than two thirds/);
  });
});
