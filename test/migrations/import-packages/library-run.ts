import type { Ledger, RunRecord } from '../../../src/ledger/ledger.js';
import type { ImportPackagesOptions } from '../../../src/migrations/import-packages/packages.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { runExecution, type CopyRunOptions } from '../../support/copy-run.js';
import type { Json } from '../../../src/json.js';
import { fillLibrary, libraryRegistry, type LibrarySize } from './library.js';

/** A library in memory, with a key-value store and an archive's place beside it. */
export type LibraryStores = Readonly<Record<'sql' | 'kv' | 'archive', Store>>;

export async function libraryStores(size: LibrarySize): Promise<LibraryStores> {
  const stores = { sql: openMemoryStore(), kv: openMemoryStore(), archive: openMemoryStore() };
  await fillLibrary(stores.sql, size);
  await changeState(stores.sql.keyValues, (state) => ({ ...state, baseline: 0 }));
  return stores;
}

export async function tablesOf(store: Store): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.tables()) names.push(name);
  return names.sort();
}

export interface LibraryRun {
  readonly ledger: Ledger;
  readonly options?: Partial<ImportPackagesOptions>;
  readonly input?: Json;
  readonly more?: Partial<CopyRunOptions>;
}

/** Brings the library to its only version, and returns what the ledger says of the run. */
export async function upLibrary(
  stores: Readonly<Record<string, Store>>,
  { ledger, options = {}, input = {}, more = {} }: LibraryRun,
): Promise<RunRecord> {
  const given = { stores, ledger, registry: libraryRegistry(options), project: { database: 'sql' }, ...more };
  return (await runExecution(given, { up: input })).run;
}
