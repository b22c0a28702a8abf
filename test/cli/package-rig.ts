import { mkdir } from 'node:fs/promises';
import { ulid } from 'ulid';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import type { Ended } from '../support/built-command.js';
import { testDynamodb } from '../support/dynamodb.js';
import { fillLibrary, type LibrarySize } from '../migrations/import-packages/library.js';
import { openFolder, type CommandFolder } from './in-folder.js';

/** A folder with a project whose packages are exported and imported, and commands that run in it. */
export interface PackageRig {
  readonly folder: CommandFolder;
  /** Writes a project with a database of its own in memory, `sql`, that holds the library, and an empty `kv`. */
  project(size: LibrarySize, migrations?: readonly string[]): Promise<{ sql: Store; kv: Store }>;
  run(...args: string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/** A row becomes an entry, a book two of them, unless `globalThis.powerIsOff`. */
const migration = `import { importPackages } from 'carryover';
const bytes = (text) => new TextEncoder().encode(text);
const entries = (rows, { table }) => {
  if (globalThis.powerIsOff) throw new RangeError('the power went');
  const partitions = table === 'books' ? ['books', 'again'] : [table];
  return rows.flatMap((row) =>
    partitions.map((name) => ({ partition: bytes(name), key: bytes(row.id.S), value: bytes(JSON.stringify(row)) })));
};
export default importPackages({
  packages: [
    { name: 'books', tables: ['authors', 'books'], migrate: entries },
    { name: 'readers', tables: ['readers'], migrate: entries },
  ],
  to: { store: 'kv' },
});
`;

/** Ends runs that are under way where a package is asked for entries: migrations run in this very process. */
export function switchPower(on: boolean): void {
  Object.assign(globalThis, { powerIsOff: !on });
}

async function openPackageRig(): Promise<PackageRig> {
  const engine = await testDynamodb();
  const folder = await openFolder();
  const ledger = ['--ledger', `dynamodb://us-east-1/packages-${ulid()}-?endpoint=${engine.endpoint}`];
  await mkdir('migrations');
  return {
    folder,
    async project(size, migrations = ['0001_to_kv.ts']) {
      for (const file of await folder.files()) if (file.startsWith('migrations/')) await folder.write(file, undefined);
      for (const file of migrations) await folder.write(`migrations/${file}`, migration);
      const [sql, kv] = [`sql-${ulid()}`, `kv-${ulid()}`];
      const configuration = {
        stores: { sql: `memory:${sql}`, kv: `memory:${kv}` },
        database: 'sql',
        settings: { leaseMs: 1_000, requestTimeoutMs: 300 },
      };
      await folder.write('carryover.config.ts', `export default ${JSON.stringify(configuration)};`);
      const stores = { sql: openMemoryStore({ name: sql }), kv: openMemoryStore({ name: kv }) };
      await fillLibrary(stores.sql, size);
      return stores;
    },
    run: (...args) => folder.run(...args, ...ledger),
    async stop() {
      await folder.remove();
      await engine.stop();
    },
  };
}

/** Gives a suite the rig, with the power on before each of its tests. */
export function withPackageRig(use: (rig: PackageRig) => void): void {
  let rig: PackageRig;
  beforeAll(async () => use((rig = await openPackageRig())));
  afterAll(() => rig.stop());
  afterEach(() => switchPower(true));
}
