import type { CopyRunOptions } from '../../support/copy-run.js';
import { runExecution } from '../../support/copy-run.js';
import { faulty, type FaultPlan } from '../../support/faults.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { headers } from '../../../src/migrations/import-packages/package-header.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { tableNames } from '../../engine/memory-stores.js';
import { collect } from '../../support/kv-bytes.js';
import { guardDrops } from './guarded-drops.js';
import { entriesIn } from './library.js';

/** The stores of one import; `close` undoes what was made for it. */
export interface ImportWorld {
  /** Holds the packages' tables, and the version at the beginning. */
  readonly sql: Store;
  readonly kv: Store;
  readonly archive: Store;
  /** The table of `kv` that the entries go to. Default `library`. */
  readonly table?: string;
  close(): Promise<void>;
}

export interface FaultyImport {
  readonly world: ImportWorld;
  readonly ledger: Ledger;
  readonly registry: Registry;
  /** A call is given up after this; only a call that never returns takes so long. */
  readonly callMs: number;
}

/** What is there when all is over, and what must never have been. */
export interface ImportEnd {
  readonly error: unknown;
  readonly version: number | undefined;
  readonly lease: unknown;
  readonly pending: unknown;
  /** The versions in the history, where the database is at home now. */
  readonly history: readonly number[];
  readonly gone: readonly string[];
  readonly early: readonly string[];
  /** Tables and headers of packages. */
  readonly staged: readonly string[];
  readonly entries: readonly string[];
}

/** One `up` whose calls meet the plan, then the same without faults until it ends well, three times at most. */
export async function importWith(
  { world, ledger, registry, callMs }: FaultyImport,
  plan: FaultPlan,
): Promise<ImportEnd> {
  const guarded = guardDrops(world.sql);
  const { kv, archive } = world;
  const stores = { sql: guarded.store, kv, archive };
  const around = <T extends object>(target: T, name: string): T => faulty(target, plan, name);
  const broken = {
    sql: around(stores.sql, 'sql'),
    kv: around(kv, 'kv'),
    archive: around(archive, 'archive'),
  };
  const settings = { leaseMs: 2_000, requestTimeoutMs: 300, segments: 2, checkpointMs: 1, checkpointRequests: 1 };
  const given: Omit<CopyRunOptions, 'stores' | 'ledger'> = {
    // Errors as functions meet them, all else as the command line does.
    ...{ registry, project: { database: 'sql' }, settings, callMs, outcomes: ledger },
    sharesLease: plan.kind !== 'error',
  };
  await runExecution({ ...given, stores: broken, ledger: around(ledger, 'ledger') }, { up: {} }).catch(() => undefined);
  let error: unknown = 'it never ran';
  for (let runs = 0; runs < 3 && error !== undefined; runs++)
    error = (await runExecution({ ...given, stores, ledger }, { up: {} })).run.error;
  return { error, gone: guarded.gone, early: guarded.early, ...(await endOf(world)) };
}

async function endOf({ kv, archive, table }: ImportWorld): Promise<Omit<ImportEnd, 'error' | 'gone' | 'early'>> {
  const state = await readState(kv.keyValues);
  const versions = await collect(history(kv.keyValues));
  const sealed = await collect(headers(archive.keyValues));
  return {
    version: state?.version,
    lease: state?.lease,
    pending: state?.cleanup,
    history: versions.map(({ version }) => version),
    staged: [...(await tableNames(archive)), ...sealed.map((header) => `header of ${header.package}`)],
    entries: await entriesIn(kv, table),
  };
}
