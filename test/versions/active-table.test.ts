import { InputError, StoreUnavailableError } from '../../src/errors.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { activeNameKeptMs, activeTable } from '../../src/versions/active-table.js';
import { changeState } from '../../src/versions/state-entry.js';
import { ManualClock } from '../support/manual-clock.js';

/** A database whose reads are counted, and take `readMs` of its clock. */
function setUp(readMs = 0) {
  const [memory, clock] = [openMemoryKeyValueStore(), new ManualClock()];
  let reads = 0;
  let fault: Error | undefined;
  const kv: KeyValueStore = {
    ...{ set: memory.set.bind(memory), setIf: memory.setIf.bind(memory), delete: memory.delete.bind(memory) },
    ...{ scan: memory.scan.bind(memory), close: memory.close.bind(memory) },
    async get(...at) {
      reads++;
      if (fault !== undefined) throw fault;
      const entry = await memory.get(...at);
      clock.advance(readMs);
      return entry;
    },
  };
  return {
    ...{ kv, clock, reads: () => reads },
    fail: (error: Error | undefined) => void (fault = error),
    swap: (active: Record<string, string>) => changeState(memory, (state) => ({ ...state, active })),
    active: (name = 'orders', keptMs?: number) =>
      activeTable(kv, name, { clock, ...(keptMs === undefined ? {} : { keptMs }) }),
  };
}

describe('activeTable', () => {
  test('is the name itself until another is active', async () => {
    const { active, swap } = setUp();
    expect(await active('orders', 0)).toBe('orders');
    await swap({ orders: 'orders_v2' });
    expect(await active('orders', 0)).toBe('orders_v2');
    for (const name of ['people', 'constructor', 'toString', '']) expect(await active(name, 0)).toBe(name);
  });

  test('is read once for all names and callers, and again when its time is over', async () => {
    const { active, swap, clock, reads } = setUp();
    await swap({ orders: 'orders_v2' });
    expect(await Promise.all([active(), active('people'), active()])).toEqual(['orders_v2', 'people', 'orders_v2']);
    await swap({ orders: 'orders_v3' });
    clock.advance(activeNameKeptMs - 1);
    expect(await active()).toBe('orders_v2');
    expect(reads()).toBe(1);
    clock.advance(1);
    expect(await active()).toBe('orders_v3');
    expect(reads()).toBe(2);
  });

  test('counts its time from before the read, so that what it gives is never older than said', async () => {
    const { active, swap, clock } = setUp(2_000);
    expect(await active()).toBe('orders');
    await swap({ orders: 'orders_v2' });
    clock.advance(2_999);
    expect(await active()).toBe('orders');
    clock.advance(1);
    expect(await active()).toBe('orders_v2');
  });

  test('is read again when it was too old as it came, a bounded number of times', async () => {
    const { active, reads } = setUp(activeNameKeptMs + 1);
    await expect(active()).rejects.toThrow(StoreUnavailableError);
    await expect(active()).rejects.toThrow(/"orders" could not be read within the 5000 ms/);
    expect(reads()).toBeLessThanOrEqual(6);
  });

  test('is read anew by a machine that slept, whose monotonic clock stood still', async () => {
    const { active, swap, clock } = setUp();
    expect(await active()).toBe('orders');
    await swap({ orders: 'orders_v2' });
    clock.wall += activeNameKeptMs;
    expect(await active()).toBe('orders_v2');
  });

  test('is kept for each store by itself', async () => {
    const [one, other] = [setUp(), setUp()];
    await one.swap({ orders: 'orders_v2' });
    expect([await one.active(), await other.active()]).toEqual(['orders_v2', 'orders']);
  });

  test('is not kept when the read failed', async () => {
    const { active, fail } = setUp();
    const reason = new StoreUnavailableError('down');
    fail(reason);
    await expect(Promise.all([active(), active('people')])).rejects.toBe(reason);
    fail(undefined);
    expect(await active()).toBe('orders');
  });

  test.each([activeNameKeptMs + 1, -1, Number.NaN])('refuses to be kept for %p ms', async (keptMs) => {
    const { active } = setUp();
    await expect(active('orders', keptMs)).rejects.toThrow(InputError);
    await expect(active('orders', keptMs)).rejects.toThrow(/^keptMs: must be 0 to 5000 ms/);
  });
});
