import type { Item } from 'carryover';
import { actions } from '../../../examples/repositories-in-sql/packages/actions.js';
import { auth } from '../../../examples/repositories-in-sql/packages/auth.js';
import { multiparts } from '../../../examples/repositories-in-sql/packages/multiparts.js';
import { refs } from '../../../examples/repositories-in-sql/packages/refs.js';
import { compareReads } from '../../../examples/repositories-in-sql/reads/compare-reads.js';
import { keyValueReads } from '../../../examples/repositories-in-sql/reads/key-value-reads.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import type { PackageEntry, PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import type { Store } from '../../../src/stores/store.js';
import { systemClock } from '../../../src/system-clock.js';
import { openImportsRig, type ImportsRig, type World } from './imports-rig.js';

const packages = [refs, auth, actions, multiparts];

let rig: ImportsRig;
let world: World;
let store: Store;
beforeAll(async () => {
  rig = await openImportsRig();
  world = await rig.world();
  await world.upTo(1);
  await world.fill({ repositories: 4, synsets: 700 });
  await world.upTo(2);
  store = openPostgresStore({ ...world.place, location: 'the tables', requestTimeoutMs: 5_000 });
});
afterAll(async () => {
  await store.close();
  await rig.stop();
});

/** What a package makes of its tables, whose rows come in chunks of so many. */
async function entriesOf(each: PackageToImport, chunkRows: number): Promise<PackageEntry[]> {
  const entries: PackageEntry[] = [];
  for (const table of each.tables)
    for (const segment of await store.split(table, 1))
      for await (const { items } of store.read(segment))
        for (let from = 0; from < items.length; from += chunkRows)
          for await (const entry of migrated(each, table, items.slice(from, from + chunkRows))) entries.push(entry);
  return entries;
}

function migrated(each: PackageToImport, table: string, rows: readonly Item[]) {
  return each.migrate(rows, {
    ...{ package: each.name, table, version: 3 },
    get: async (of, keys) => (await store.get!(of, keys)).items,
  });
}

const textOf = ({ partition, key, value }: PackageEntry): string =>
  [partition, key, value].map((bytes) => Buffer.from(bytes).toString('hex')).join(' ');

describe('the packages of the service', () => {
  test('turn all rows into entries that the service of today answers from as the one before does from SQL', async () => {
    const values = openMemoryKeyValueStore();
    for (const each of packages)
      for (const { partition, key, value } of await entriesOf(each, 1_000)) await values.set(partition, key, value);
    const found = await compareReads(world.before, keyValueReads({ store: values, clock: systemClock }));
    expect(found).toEqual({ compared: expect.any(Number) as number });
    expect(found.compared).toBeGreaterThan(5_000);
  });

  test.each(packages.map((each) => [each.name, each] as const))(
    '%s makes the same of the same rows, however they are cut, and no entry twice',
    async (_, each) => {
      const [whole, cut] = [(await entriesOf(each, 1_000)).map(textOf), (await entriesOf(each, 7)).map(textOf)];
      expect(cut).toEqual(whole);
      expect(new Set(whole.map((text) => text.split(' ').slice(0, 2).join(' '))).size).toBe(whole.length);
    },
  );

  test('own all tables of the service, each by one of them', async () => {
    const owned = packages.flatMap(({ tables }) => tables);
    const found: string[] = [];
    for await (const table of store.tables()) found.push(table);
    expect([...owned].sort()).toEqual(found.sort());
  });
});
