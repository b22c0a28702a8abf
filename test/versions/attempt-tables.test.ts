import { CorruptDataError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { attemptTable, attemptTables, forgetAttempt, putAttemptTable } from '../../src/versions/attempt-tables.js';
import { bytes, collect } from '../support/kv-bytes.js';

describe('tables of an attempt', () => {
  test('are listed by name, each as it was put last', async () => {
    const kv = openMemoryKeyValueStore({ pageEntries: 2 });
    const names = ['orders', 'Orders', 'öffnung', '', 'a/b'];
    for (const name of names) await putAttemptTable(kv, 'a1', { name, created: true });
    await putAttemptTable(kv, 'a1', { name: 'orders', created: true, replacing: '7', identity: '8' });
    expect(await attemptTable(kv, 'a1', 'orders')).toEqual({
      name: 'orders',
      created: true,
      replacing: '7',
      identity: '8',
    });
    expect(await attemptTable(kv, 'a1', 'none')).toBeUndefined();
    const listed = (await collect(attemptTables(kv, 'a1'))).map(({ name }) => name);
    expect(listed).toEqual([...names].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
  });

  test('are forgotten with their attempt alone', async () => {
    const kv = openMemoryKeyValueStore({ pageEntries: 2 });
    for (const attempt of ['a1', 'a10', 'a1/tables'])
      for (const name of ['x', 'y', 'z']) await putAttemptTable(kv, attempt, { name, created: false });
    await forgetAttempt(kv, 'a1');
    await forgetAttempt(kv, 'a1');
    expect(await collect(attemptTables(kv, 'a1'))).toEqual([]);
    expect(await collect(attemptTables(kv, 'a10'))).toHaveLength(3);
    expect(await collect(attemptTables(kv, 'a1/tables'))).toHaveLength(3);
  });

  test('that cannot be read are named', async () => {
    const kv = openMemoryKeyValueStore();
    await kv.set(bytes('attempt/a1/tables'), bytes('orders'), bytes('{"name":"orders"}'));
    await expect(attemptTable(kv, 'a1', 'orders')).rejects.toThrow(CorruptDataError);
    await expect(collect(attemptTables(kv, 'a1'))).rejects.toThrow(/table "orders" in the list of attempt a1/);
  });
});
