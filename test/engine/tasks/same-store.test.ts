import type { Ledger } from '../../../src/ledger/ledger.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runCopy, testLedger } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';
import { filled, itemsOf, put, itemOf, createEmpty } from '../memory-stores.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
let ledger: Ledger;
beforeAll(async () => {
  [engine, postgres] = await Promise.all([testDynamodb(), testPostgres()]);
  ledger = await testLedger(engine.endpoint);
});
afterAll(async () => {
  await ledger.close();
  await Promise.all([engine.stop(), postgres.stop()]);
});

const replace = { onExisting: 'replace', replace: ['orders'] };

describe('one store that goes by two addresses', () => {
  test('is known by its tables where their identity is unique everywhere', async () => {
    const store = await filled(5);
    const { run } = await runCopy({ stores: { source: store, target: store }, ledger }, replace);
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(run.error?.message).toMatch(/^copy\.to: is the same store as copy\.from/);
    expect(await readState(store.keyValues)).toBeUndefined();
    expect(await itemsOf(store, 'orders')).toHaveLength(5);
  });

  test('is known by the lease that it takes where their identity is not', async () => {
    const { port, pathname, username, password } = new URL(postgres.url);
    const open = (host: string): Store =>
      openPostgresStore({
        connection: `postgres://${username}:${password}@${host}:${port}${pathname}`,
        schema: 'public',
        location: `postgres://${host}${pathname}`,
        requestTimeoutMs: 2_000,
      });
    const stores = { source: open('127.0.0.1'), target: open('localhost') };
    await createEmpty(stores.source, 'orders');
    await put(stores.source, 'orders', [itemOf(1), itemOf(2)]);
    const { run } = await runCopy({ stores, ledger }, replace);
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(run.error?.message).toMatch(/^copy\.to: is the same store as copy\.from \(postgres:\/\/127/);
    expect((await readState(stores.source.keyValues))?.lease).toBeUndefined();
    expect(await itemsOf(stores.source, 'orders')).toHaveLength(2);
    await Promise.all([stores.source.close(), stores.target.close()]);
  });
});
