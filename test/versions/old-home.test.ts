import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { acquireLease } from '../../src/kv/lease.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { activeTable } from '../../src/versions/active-table.js';
import { assertDataVersion } from '../../src/versions/assert-data-version.js';
import { migrateOrWait } from '../../src/versions/migrate-or-wait.js';
import { partitionEntries, partitionVersion, registerPartition } from '../../src/versions/partition-versions.js';
import { changeState, readState, stateFence, stateLeaseCell } from '../../src/versions/state-entry.js';
import { breakLock } from '../../src/versions/unlock.js';
import { collect } from '../support/kv-bytes.js';
import { ManualClock } from '../support/manual-clock.js';
import { attemptOf, beginRun, putVersion } from './database-state.js';

const moved = {
  ...{ store: 'live', location: 'dynamodb://eu-west-1/', version: 7 },
  ...{ at: '2026-01-01T00:00:00.000Z', id: 'a7', arrived: true },
};
const told = { name: 'DatabaseMovedError', store: 'live', location: 'dynamodb://eu-west-1/', version: 7 };
const owner = { owner: 'run', who: 'ann', where: 'laptop', durationMs: 30_000 };

async function oldHome(): Promise<KeyValueStore> {
  const kv = openMemoryKeyValueStore();
  await putVersion(kv, 7);
  await registerPartition(kv, 'acme', 7);
  await changeState(kv, (state) => ({ ...state, attempt: attemptOf(7), moved }));
  return kv;
}

describe('an old home', () => {
  test.each<[string, (kv: KeyValueStore) => Promise<unknown>]>([
    ['assertDataVersion, of the very version that it had', (kv) => assertDataVersion(kv, 7)],
    ['assertDataVersion, of a later one', (kv) => assertDataVersion(kv, 8)],
    ['migrateOrWait', (kv) => migrateOrWait(kv, 8, { start: () => Promise.reject(new Error('started')) })],
    ['activeTable', (kv) => activeTable(kv, 'orders')],
    ['registerPartition, of one that is known', (kv) => registerPartition(kv, 'acme', 7)],
    ['registerPartition, of a new one', (kv) => registerPartition(kv, 'bolt', 7)],
    ['partitionVersion, of one that is known', (kv) => partitionVersion(kv, 'acme')],
    ['partitionVersion, of one that is not', (kv) => partitionVersion(kv, 'bolt')],
    ['a change of the state entry', (kv) => changeState(kv, (state) => ({ ...state, version: 8 }))],
    ['one who takes the lock', (kv) => acquireLease(stateLeaseCell(kv), owner)],
    ['one who breaks the lock', (kv) => breakLock(kv, { owner: 'run', token: 1 })],
  ])('tells %s where it went, and stays as it is', async (_who, ask) => {
    const kv = await oldHome();
    const before = await readState(kv);
    await expect(ask(kv)).rejects.toMatchObject(told);
    expect(await readState(kv)).toEqual(before);
    expect((await collect(partitionEntries(kv))).map(({ id }) => id)).toEqual(['acme']);
  });

  test('tells a service that registers a partition at the moment of the move, whose entry may be left behind', async () => {
    const kv = openMemoryKeyValueStore();
    await putVersion(kv, 7);
    const between: KeyValueStore = Object.assign(Object.create(kv) as KeyValueStore, {
      get: kv.get.bind(kv),
      setIf: async (...write: Parameters<KeyValueStore['setIf']>) => {
        await changeState(kv, (state) => ({ ...state, moved }));
        return await kv.setIf(...write);
      },
    });
    await expect(registerPartition(between, 'bolt', 7)).rejects.toMatchObject(told);
  });

  test('lets no writer by that had the lease when it moved', async () => {
    const kv = openMemoryKeyValueStore();
    const held = await beginRun(kv, 'run', new ManualClock());
    const valueOf = async () => (await kv.get(stateFence(held).partition, stateFence(held).key))!.value;
    expect(stateFence(held).tokenOf(await valueOf())).toBe(held.token);
    await changeState(kv, (state) => ({ ...state, moved }));
    expect((await readState(kv))?.lease).toMatchObject({ token: held.token });
    expect(stateFence(held).tokenOf(await valueOf())).toBe(0);
  });
});
