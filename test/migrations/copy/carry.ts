import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { copyTables, type CopyTablesOptions } from '../../../src/migrations/copy/copy-tables.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { runExecution, type CopyRunOptions } from '../../support/copy-run.js';

/** The registry of one migration of the kind `copyTables`, from the store `source` into the database, `target`. */
export function registryOf(options: Partial<CopyTablesOptions>, checksum = 'sum'): Registry {
  const definition = copyTables({ from: 'source', ...options });
  return { migrations: [{ version: 1, name: 'carry', file: '0001_carry.ts', checksum, definition }] };
}

export interface Carried {
  readonly source: Store;
  readonly target: Store;
  readonly ledger: Ledger;
  readonly more?: Partial<CopyRunOptions>;
}

/** Runs this migration, as version 1 of a target that is at 0. */
export async function carry(
  { source, target, ledger, more = {} }: Carried,
  options: Partial<CopyTablesOptions>,
  input: Json = {},
): Promise<RunStatus> {
  await changeState(target.keyValues, (state) => ({ ...state, baseline: 0 }));
  const all = { stores: { source, target }, ledger, project: { database: 'target' }, registry: registryOf(options) };
  return await runExecution({ ...all, ...more }, { up: input });
}

/** Carries into a new store in memory; gives that too. */
export async function carryAnew(
  source: Store,
  ledger: Ledger,
  options: Partial<CopyTablesOptions>,
): Promise<RunStatus & { readonly target: Store }> {
  const target = openMemoryStore();
  return { target, ...(await carry({ source, target, ledger }, options)) };
}
