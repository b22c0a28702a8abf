import { transform } from 'esbuild';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { importPackages } from '../../../src/migrations/import-packages/import-packages.js';
import { headerOf } from '../../../src/migrations/import-packages/package-header.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { blocksOf } from '../../support/page-programs.js';
import { bytes, entriesIn, fill } from './library.js';

const page = 'docs/migrations/import-packages.md';
let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

async function definitionOfPage(): Promise<MigrationDefinition> {
  const [example = ''] = await blocksOf(page, 'ts');
  const body = example.replace(/^import .*$/gm, '').replace('export default', 'return');
  const { code } = await transform(`function made() {${body}}`, { loader: 'ts' });
  return (new Function('importPackages', `${code}; return made();`) as (kind: unknown) => MigrationDefinition)(
    importPackages,
  );
}

describe(page, () => {
  test('has an example that carries its packages', async () => {
    const stores = { main: openMemoryStore(), kv: openMemoryStore(), archive: openMemoryStore() };
    await fill(stores.main, 'users', [{ id: { S: '1' }, email: { S: 'ada@example.com' }, name: { S: 'Ada' } }]);
    await fill(stores.main, 'orders', [{ id: { S: '17' }, customer: { S: 'ada' } }]);
    const line = { order_id: { S: '17' }, number: { N: '1' }, article: { S: 'pen' } };
    await fill(stores.main, 'order_lines', [{ id: { S: 'a' }, ...line }]);
    await changeState(stores.main.keyValues, (state) => ({ ...state, baseline: 0 }));
    const definition = await definitionOfPage();
    const migration = { version: 1, name: 'to_kv', file: '0001_to_kv.ts', checksum: 'one', definition };
    const project = { database: 'main', flags: { kvEnabled: true } };
    const given = { stores, ledger, registry: { migrations: [migration] }, project };
    expect((await runExecution(given, { up: {} })).run).toMatchObject({ status: 'succeeded' });
    expect(await entriesIn(stores.kv, 'shop')).toEqual([
      '/bought by ada | /17/1 | pen',
      '/orders | /17 | ada',
      '/users | /ada@example.com | Ada',
    ]);
  });

  test('shows a header as it is read', async () => {
    const { keyValues } = openMemoryStore();
    const [header = ''] = await blocksOf(page, 'json');
    await keyValues.set(bytes('carryover/packages'), bytes('users'), bytes(header));
    expect(await headerOf(keyValues, 'users')).toEqual(JSON.parse(header));
  });
});
