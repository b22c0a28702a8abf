import { ulid } from 'ulid';
import { transform } from 'esbuild';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { registerPartition } from '../../../src/versions/partition-versions.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { blocksOf } from '../../support/page-programs.js';
import { drive, newAttempt } from './drive-migration.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('the example of the page does what it says, and as often as it is run', async () => {
  const [example = ''] = await blocksOf('docs/migrations/for-each-partition.md', 'ts');
  const body = example.replace(/^import .*$/gm, '').replace('export default', 'return');
  const { code } = await transform(`function made() {${body}}`, { loader: 'ts' });
  const load = new Function('forEachPartition', `${code}; return made();`) as (kind: unknown) => MigrationDefinition;
  const definition = load(forEachPartition);

  const [store, profiles] = [openMemoryStore(), openMemoryKeyValueStore()];
  const openKeyValueStore = () => Promise.resolve(profiles);
  for (const tenant of ['acme', 'blue']) await registerPartition(store.keyValues, tenant, 0);
  for (let index = 0; index < 1_200; index += 1)
    await profiles.set(bytes('acme'), bytes(`user ${index}`), bytes('{"name":"Ada King Lovelace","age":36}'));

  const kept = newAttempt(ulid());
  await drive(definition, { store, ledger, openKeyValueStore }, kept);
  expect(kept.items).toBeGreaterThanOrEqual(1_200);
  for (const version of [1, 2]) {
    for await (const { value } of profiles.scan(bytes('acme')))
      expect(JSON.parse(new TextDecoder().decode(value))).toEqual({ first: 'Ada', last: 'King Lovelace', age: 36 });
    await drive(definition, { store, ledger, openKeyValueStore, version: version + 1 }, newAttempt(ulid()));
  }
});
