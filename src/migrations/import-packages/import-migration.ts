import { forgetAttempt } from '../../versions/attempt-tables.js';
import type { PendingDrop } from '../../versions/state-entry.js';
import type { UnitRecord } from '../../ledger/ledger.js';
import type { Stage } from '../definition.js';
import type { Cutover, Migration, MigrationContext } from '../migration.js';
import { dropEarlier } from './drop-earlier.js';
import { writeIdOf } from './entry-item.js';
import { exportPackages, exportLeg, type Export } from './exported-packages.js';
import { forecastImport } from './forecast-import.js';
import { importPackagesFrom, stagedParcel } from './import-staged.js';
import { isDropping, legMigration, type LegMigration } from './leg-migration.js';
import type { Leg } from './leg.js';
import type { PackageStores } from './open-packages.js';
import type { ImportPackagesOptions } from './packages.js';
import { knownParcelPlan } from './parcel-plan.js';
import { keepProofs, proofsOf } from './proofs.js';
import { removeStaging, stagedTables } from './remove-staging.js';

/** An import of packages, opened. */
export interface OpenImport {
  readonly stage: Stage;
  readonly options: ImportPackagesOptions;
  readonly stores: PackageStores;
  /** One after the other, a round of units each: straight into the key-value store, or out of the tables and in again. */
  readonly legs: readonly Leg[];
}

/** The migration at work. */
export function importMigration(stage: Stage, options: ImportPackagesOptions, stores: PackageStores): Migration {
  const rounds = stores.via === undefined ? [direct(stage, options, stores)] : staged(stage, options, stores);
  const open: OpenImport = { stage, options, stores, legs: rounds.map(({ leg }) => leg) };
  const roundOf = ({ round }: MigrationContext): Round => rounds[Math.min(round, rounds.length - 1)] as Round;
  return {
    forecast: (context) => forecastImport(open, context),
    async *setup(context, from) {
      yield* roundOf(context).migration.setup(context, from);
    },
    migrate: (unit, from, context) => unitRound(rounds, unit).migration.migrate(unit, from, context),
    expects: (context, after) => roundOf(context).migration.expects(context, after),
    transformed: (title, items, context, of) => roundOf(context).migration.transformed(title, items, context, of),
    judge: (context) => Promise.resolve(context.round + 1 < rounds.length ? 'again' : 'complete'),
    async validated(context, found) {
      const { leg, migration } = roundOf(context);
      await migration.validated?.(context, found);
      await keepProofs(leg, context, found);
    },
    proven: proofsOf,
    complete: (context, from) => roundOf(context).migration.complete(context, from),
    cutover: (context) => cutover(open, context),
    cleanup: (context) => cleanup(open, context),
    leftOver: (attempt) => stagedTables(stores.via, attempt),
  };
}

interface Round {
  readonly leg: Leg;
  readonly migration: LegMigration;
}

/** A restored state entry may have units of an earlier round begin again. */
function unitRound(rounds: readonly Round[], { table }: UnitRecord): Round {
  const round = rounds.find(({ leg }) => leg.parcels.some(({ title }) => title === table));
  if (round === undefined) throw new TypeError(`there is no package "${table}" here`);
  return round;
}

function direct(stage: Stage, { packages }: ImportPackagesOptions, stores: PackageStores): Round {
  const { from, source, to, target, table } = stores;
  const ways = { from, source, to, target, version: stage.version, option: optionOf(stage) };
  const { parcels } = exportLeg({ ...ways, packages, title: (name) => name });
  const leg: Leg = { ...ways, parcels: parcels.map((parcel) => ({ ...parcel, table })) };
  return { leg, migration: legMigration(leg) };
}

function staged(stage: Stage, { packages }: ImportPackagesOptions, stores: PackageStores): Round[] {
  const { from, source, to, target, table, via } = stores;
  if (via === undefined) throw new TypeError('there is no staging store');
  const ways = { version: stage.version, option: optionOf(stage) };
  const out: Export = {
    ...{ ...ways, packages, from, source, to: via.name, target: via.store },
    title: (name) => `export of ${name}`,
  };
  const parcels = packages.map(({ name }) =>
    stagedParcel(name, `import of ${name}`, name, table, (attempt) => writeIdOf(attempt, name)),
  );
  // Compared with the rows again: what was written to them since they were exported is found.
  const back: Leg = { ...ways, from: via.name, source: via.store, to, target, parcels, proof: exportLeg(out) };
  const [exporting, importing] = [exportPackages(out), importPackagesFrom(back)];
  return [
    { leg: exportLeg(out), migration: alsoDropping(exporting, back) },
    { leg: back, migration: afterFinishing(exporting, importing) },
  ];
}

/** What earlier attempts left of the import goes too, before the first round. */
function alsoDropping(migration: LegMigration, later: Leg): LegMigration {
  return {
    ...migration,
    async *setup(context, from) {
      if (isDropping(from)) yield* dropEarlier({ ...context, leg: later });
      yield* migration.setup(context, from);
    },
  };
}

/** The export gets its manifests before it is read: then its tables tell how large they are. */
function afterFinishing(exporting: LegMigration, importing: LegMigration): LegMigration {
  return {
    ...importing,
    async *setup(context, from) {
      yield* exporting.complete(context, undefined);
      yield* importing.setup(context, from);
    },
  };
}

/** The tables that were read are left to be dropped, each the very one; and the version goes where the data went. */
async function cutover({ stage, options, stores, legs }: OpenImport, context: MigrationContext): Promise<Cutover> {
  const { from, to } = stores;
  const home = movesHome({ stage, stores }) ? { home: to } : {};
  if (options.keepTables === true) return home;
  const notBefore = new Date(context.clock.now()).toISOString();
  const drops: PendingDrop[] = [];
  for (const parcel of legs[0]?.parcels ?? []) {
    const { sources } = await knownParcelPlan(context.ledger, context.attempt, parcel);
    for (const { table, identity } of sources)
      drops.push({ store: from, table, identity, version: stage.version, notBefore });
  }
  return { ...home, cleanup: drops };
}

/** Where the version was with the packages' tables, it goes with their data. */
export function movesHome({ stage, stores: { from, to } }: Pick<OpenImport, 'stage' | 'stores'>): boolean {
  return from === stage.database && to !== from;
}

async function cleanup({ stores }: OpenImport, context: MigrationContext): Promise<boolean> {
  const { via, target } = stores;
  if (via !== undefined && !(await removeStaging(via.store, context))) return false;
  return await forgetAttempt(target.keyValues, context.attempt, () => context.ending());
}

function optionOf({ name }: Stage): (option: string) => string {
  return (option) => `${name}, ${option}`;
}
