import { inWorld } from '../../src/kv/conformance/world.js';
import { leaseInterleavingCases } from '../../src/kv/conformance/lease-interleavings.js';
import { ManualClock, runWith } from '../../src/kv/conformance/manual-clock.js';
import { LeaseLostError } from '../../src/errors.js';
import { acquireLease, holdLease } from '../../src/kv/lease.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { changeState, changeStateAsOwner, readState, stateLeaseCell } from '../../src/versions/state-entry.js';

const runs = { sequential: 0, interleaved: 0, leases: 200 };
/** The other cases of a lease run in state-lock.test.ts, on every engine. */
const cases = leaseInterleavingCases(stateLeaseCell);

describe('the lease in the state entry', () => {
  test.each(Object.entries(cases))('%s', (_title, work) => inWorld(async () => new MemoryKeyValueDriver(), runs, work));

  const durationMs = 30_000;
  const acquire = (store: Parameters<typeof stateLeaseCell>[0], owner: string, clock: ManualClock) =>
    acquireLease(stateLeaseCell(store), { owner, who: 'ann', where: 'laptop', durationMs, clock });

  test.each(['paused', 'frozen'])('a holder that was %s past its time changes nothing of the state', async (how) => {
    const [store, clock, stopped] = [openMemoryKeyValueStore(), new ManualClock(), new ManualClock()];
    const own = how === 'paused' ? clock : stopped;
    const { owner, token } = await acquire(store, how, own);
    const cell = stateLeaseCell(store);
    const held = holdLease({ cell, owner, token, durationMs, requestTimeoutMs: 5_000, clock: own });
    await held.keep();
    await runWith(clock, 1_000, [acquire(store, 'other', clock)]);
    const change = changeStateAsOwner(store, held, (state) => ({ ...state, version: 7 }));
    await expect(change).rejects.toThrow(LeaseLostError);
    expect(await readState(store)).toMatchObject({ version: 0, lease: { owner: 'other', token: 2 } });
  });

  test('what else lies in the entry may change meanwhile: that is no sign of life', async () => {
    const [store, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    await acquire(store, 'dead', clock);
    const bystander = async (): Promise<void> => {
      await clock.sleep(3_000);
      await changeState(store, (state) => ({ ...state, active: { orders: 'orders_v2' } }));
    };
    const next = acquire(store, 'next', clock);
    await runWith<unknown>(clock, 1_000, [next, bystander()]);
    expect((await next).token).toBe(2);
    expect(await readState(store)).toMatchObject({ active: { orders: 'orders_v2' }, lease: { token: 2 } });
  });
});
