import type { Ledger } from '../../../src/ledger/ledger.js';
import { openStore } from '../../../src/stores/open-store.js';
import { parseStoreUrl } from '../../../src/stores/store-url.js';
import type { Store } from '../../../src/stores/store.js';
import { registerPartition } from '../../../src/versions/partition-versions.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';
import { createEmpty } from '../memory-stores.js';
import { marksOf } from './marking-steps.js';
import { homeIn, movingChain } from './moving-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const engines: { url: string; stop(): Promise<void> }[] = [];
const stores: Record<string, Store> = {};
const opened = (url: string): Store => {
  const parsed = parseStoreUrl(url);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  return openStore(parsed.url, { requestTimeoutMs: 5_000 });
};

beforeAll(async () => {
  const [postgres, dynamodb] = [await testPostgres(), await testDynamodb()];
  engines.push(postgres, { url: dynamodb.endpoint, stop: () => dynamodb.stop() });
  stores['sql'] = opened(postgres.url);
  stores['live'] = opened(`dynamodb://us-east-1/home-?endpoint=${dynamodb.endpoint}`);
});
afterAll(async () => {
  await Promise.all(Object.values(stores).map((store) => store.close()));
  for (const { stop } of engines) await stop();
});

test('the home of a database moves from PostgreSQL to DynamoDB, with more partitions than one page holds', async () => {
  const [sql, live] = [stores['sql']!, stores['live']!];
  await createEmpty(live, 'marks');
  const tenants = Array.from({ length: 250 }, (_, at) => `tenant-${String(at).padStart(3, '0')}`);
  for (const tenant of tenants) await registerPartition(sql.keyValues, tenant, 0);
  const registry = movingChain([1, 2, 3], { 2: 'live' });
  const { run } = await runExecution({ stores, ledger, registry, project: { database: 'sql' } }, { up: {} });
  expect({ exitCode: run.exitCode, error: run.error }).toEqual({ exitCode: 0 });
  expect([await marksOf(sql), await marksOf(live)]).toEqual([[1, 2], [3]]);
  expect(await homeIn(live)).toMatchObject({
    state: { version: 3, movedFrom: { store: 'sql', version: 2 } },
    versions: [1, 2, 3],
    partitions: tenants.map((tenant) => [tenant, 0]),
  });
  expect(await homeIn(sql)).toMatchObject({ state: { version: 2, moved: { store: 'live', arrived: true } } });
});
