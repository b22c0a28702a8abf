import { runExecution } from '../../support/copy-run.js';
import { faulty, type FaultPlan } from '../../support/faults.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { headers } from '../../../src/migrations/import-packages/package-header.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { tableNames } from '../../engine/memory-stores.js';
import { collect } from '../../support/kv-bytes.js';
import { guardDrops } from './guarded-drops.js';
import type { ImportWorld } from './import-world.js';
import { entriesIn } from './library.js';
import { inSmallPages } from './small-pages.js';

export interface FaultyImport {
  readonly world: ImportWorld;
  readonly ledger: Ledger;
  readonly registry: Registry;
  /** A call is given up after this; only a call that never returns takes so long. */
  readonly callMs: number;
  /** Done after each run that met a plan, while the version is not written. */
  readonly between?: () => Promise<void>;
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

/** One `up` after the other whose calls meet the plans, then the same without faults until it ends well, three times at most. */
export async function importWith(given: FaultyImport, plans: readonly FaultPlan[]): Promise<ImportEnd> {
  const { world, ledger, between } = given;
  const guarded = guardDrops(world.sql);
  const [sql, archive] = [guarded.store, world.archive].map((store) => inSmallPages(store, 4));
  if (sql === undefined || archive === undefined) throw new Error('a store is missing');
  const stores = { sql, kv: world.kv, archive };
  for (const plan of plans) {
    const [sql, kv, archive] = [
      faulty(stores.sql, plan, 'sql'),
      faulty(stores.kv, plan, 'kv'),
      faulty(stores.archive, plan, 'archive'),
    ];
    const broken = { stores: { sql, kv, archive }, ledger: faulty(ledger, plan, 'ledger') };
    await runExecution({ ...optionsOf(given, plan.kind), ...broken }, { up: {} }).catch(() => undefined);
    if ((await readState(world.sql.keyValues))?.version !== 1) await between?.();
  }
  const options = { ...optionsOf(given, plans.at(-1)?.kind), stores, ledger };
  let error: unknown = 'it never ran';
  for (let runs = 0; runs < 3 && error !== undefined; runs++)
    error = (await runExecution(options, { up: {} })).run.error;
  return { error, gone: guarded.gone, early: guarded.early, ...(await endOf(world)) };
}

/** Errors as functions meet them, all else as the command line does. */
function optionsOf({ registry, callMs, ledger }: FaultyImport, kind: FaultPlan['kind'] | undefined) {
  const settings = { leaseMs: 2_000, requestTimeoutMs: 300, segments: 2, checkpointMs: 1, checkpointRequests: 1 };
  const project = { database: 'sql' };
  return { registry, project, settings, callMs, outcomes: ledger, sharesLease: kind !== 'error' };
}

async function endOf({ kv, archive }: ImportWorld): Promise<Omit<ImportEnd, 'error' | 'gone' | 'early'>> {
  const state = await readState(kv.keyValues);
  const versions = await collect(history(kv.keyValues));
  const sealed = await collect(headers(archive.keyValues));
  return {
    version: state?.version,
    lease: state?.lease,
    pending: state?.cleanup,
    history: versions.map(({ version }) => version),
    staged: [...(await tableNames(archive)), ...sealed.map((header) => `header of ${header.package}`)],
    entries: await entriesIn(kv),
  };
}
