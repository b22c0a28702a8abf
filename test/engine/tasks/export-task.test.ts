import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { headerOf } from '../../../src/migrations/import-packages/package-header.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState, readState } from '../../../src/versions/state-entry.js';
import { fillLibrary, libraryDefinition, libraryRegistry } from '../../migrations/import-packages/library.js';
import { runExecution, withTestLedgers, type CopyRunOptions } from '../../support/copy-run.js';
import { tableNames } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const size = { books: 60, readers: 25 };

async function library(): Promise<{ sql: Store; archive: Store }> {
  const stores = { sql: openMemoryStore(), archive: openMemoryStore() };
  await fillLibrary(stores.sql, size);
  return stores;
}

const exported = (
  stores: Readonly<Record<string, Store>>,
  input: Json & object = {},
  more: Partial<CopyRunOptions> = {},
): Promise<RunStatus> =>
  runExecution(
    { stores, ledger, registry: libraryRegistry(), project: { database: 'sql' }, ...more },
    { export: { to: 'archive', ...input } },
  );

/** Ends a run where its units are carried. */
const dying = { handlers: { Expect: () => Promise.reject(new Error('the power went')) } };

describe('an export of packages', () => {
  test('carries each package into a table of its name, validates it, and changes no version', async () => {
    const { sql, archive } = await library();
    const { run, tables } = await exported({ sql, archive }, { version: 1 });
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(tables.map(({ table, verdict }) => [table, verdict?.equal, verdict?.actualItems])).toEqual([
      ['books', true, 126],
      ['readers', true, 25],
    ]);
    for (const { table, verdict } of tables) {
      const header = await headerOf(archive.keyValues, table);
      expect(header).toMatchObject({ sourceVersion: 1, sealed: { digest: verdict?.digest } });
    }
    expect(await readState(sql.keyValues)).toBeUndefined();
    expect(await readState(archive.keyValues)).toMatchObject({ version: 0, attempt: { phase: 'complete' } });
    expect((await readState(archive.keyValues))?.attempt?.endedAt).toBeDefined();
  });

  test('is of the only migration that has packages, and of the packages that are named', async () => {
    const stores = await library();
    const { run } = await exported(stores, { packages: ['readers'] });
    expect(run.exitCode).toBe(0);
    expect(await tableNames(stores.archive)).toEqual(['readers']);
  });

  test('leaves a run of the version chain alone, which owns the database', async () => {
    const { sql, archive } = await library();
    await changeState(sql.keyValues, (state) => ({ ...state, baseline: 0 }));
    const stores = { sql, archive, kv: openMemoryStore() };
    let during: number | undefined;
    const Expect = async (): Promise<never> => {
      during = (await exported({ sql, archive })).run.exitCode;
      throw new Error('seen enough');
    };
    await runExecution(
      { stores, ledger, registry: libraryRegistry(), project: { database: 'sql' }, handlers: { Expect } },
      { up: {} },
    );
    expect(during).toBe(0);
  });

  test('goes on after it was killed, with the same attempt', async () => {
    const stores = await library();
    const first = await exported(stores, {}, dying);
    expect(first.run.status).toBe('failed');
    const second = await exported(stores);
    expect(second.run).toMatchObject({ exitCode: 0, attempt: first.run.attempt });
    expect(second.tables.map(({ migrate }) => migrate.items)).toEqual(first.tables.map(({ migrate }) => migrate.items));
  });

  test('of other packages does not go on with it, unless it begins anew', async () => {
    const stores = await library();
    const { run } = await exported(stores, { packages: ['books'] }, dying);
    const other = await exported(stores);
    expect(other.run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(other.run.error?.message).toMatch(/^export: .*export of books as in migration 0001_to_kv.*"fresh"/s);
    const fresh = await exported(stores, { packages: ['readers'], fresh: true });
    expect(fresh.run).toMatchObject({ exitCode: 0 });
    expect(fresh.run.attempt).not.toBe(run.attempt);
    expect(await tableNames(stores.archive)).toEqual(['readers']);
  });

  test('does not go on where the text of the migration was changed', async () => {
    const stores = await library();
    await exported(stores, {}, dying);
    const [migration] = libraryRegistry().migrations;
    const registry = { migrations: [{ ...migration, checksum: 'two' }] } as Registry;
    expect((await exported(stores, {}, { registry })).run).toMatchObject({ exitCode: 2 });
  });

  test('shows in a dry run what it would carry, and touches nothing', async () => {
    const stores = await library();
    const { run } = await exported(stores, { dryRun: true });
    expect(run.exitCode).toBe(0);
    expect(await tableNames(stores.archive)).toEqual([]);
    expect(await readState(stores.archive.keyValues)).toBeUndefined();
  });
});

describe('an export that cannot be', () => {
  const refused = async (input: Json & object, registry = libraryRegistry()): Promise<string[]> => {
    const stores = await library();
    const { run } = await exported(stores, input, { registry });
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(await readState(stores.archive.keyValues)).toBeUndefined();
    return (run.error?.message ?? '').split('\n');
  };

  const twice: Registry = {
    migrations: [1, 4].map((version) => ({
      ...{ version, name: 'to_kv', file: `000${version}_to_kv.ts`, checksum: String(version) },
      definition: libraryDefinition(),
    })),
  };

  test('names each fault of its input', async () => {
    expect(await refused({ to: '', version: 0, packages: [], fresh: 1, table: 'x' } as Json & object)).toEqual([
      expect.stringMatching(/^export\.version: /),
      expect.stringMatching(/^export\.to: /),
      expect.stringMatching(/^export\.packages: /),
      expect.stringMatching(/^export\.fresh: /),
      'export.table: is not known here: leave it out',
    ]);
    expect(await refused({ packages: ['books', 'books'] })).toEqual([
      'export.packages: names a package twice: name each once',
    ]);
  });

  test('names stores and packages that are not there, together', async () => {
    expect(await refused({ to: 'nowhere', packages: ['books', 'shelves'] })).toEqual([
      'export.to: "nowhere" is not a store of the project: it declares sql, archive',
      'export.packages[1]: "shelves" is no package of 0001_to_kv.ts: it has books, readers',
    ]);
  });

  test('names the migrations that have packages, where another is named or none of several', async () => {
    expect(await refused({ version: 2 })).toEqual([
      'export.version: no migration 2 exports packages: give one of 1 (0001_to_kv.ts)',
    ]);
    expect(await refused({}, twice)).toEqual([
      'export.version: is missing, and several migrations export packages: give one of 1 (0001_to_kv.ts), 4 (0004_to_kv.ts)',
    ]);
    expect(await refused({}, { migrations: [] })).toEqual([
      expect.stringMatching(/^export\.version: there is no migration that exports packages/),
    ]);
  });
});
