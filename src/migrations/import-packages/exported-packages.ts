import { CorruptDataError } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import type { ValidatedTable } from '../expectation.js';
import type { Migration, MigrationContext, SetupContext } from '../migration.js';
import { writeIdOf } from './entry-item.js';
import { legMigration, type LegMigration } from './leg-migration.js';
import type { Leg } from './leg.js';
import { headerOf, putHeader } from './package-header.js';
import type { PackageToImport } from './packages.js';

/** Packages that are exported, and where to. */
export interface Export {
  readonly packages: readonly PackageToImport[];
  readonly from: string;
  readonly source: Store;
  /** The staging store: a table a package, which has the package's name. */
  readonly to: string;
  readonly target: Store;
  readonly version: number;
  option(name: string): string;
  /** What a package's units are called. */
  title(name: string): string;
}

/** The way from the packages' tables into the staging store. */
export function exportLeg({ packages, title, ...stores }: Export): Leg {
  return {
    ...stores,
    parcels: packages.map(({ name, tables, migrate }) => ({
      ...{ package: name, title: title(name), tables, table: name },
      migrate: (rows, context) => migrate(rows, context),
      writeId: (attempt) => writeIdOf(attempt, name),
    })),
  };
}

/** Exports the entries of packages, each with its header, which is sealed once all of them are proven to be there. */
export function exportPackages(given: Export): LegMigration & Required<Pick<Migration, 'validated'>> {
  const leg = exportLeg(given);
  const migration = legMigration(leg);
  return {
    ...migration,
    async *setup(context, from) {
      yield* migration.setup(context, from);
      await writeHeaders(leg, context);
    },
    validated: (context, found) => sealHeaders(leg, context, found),
  };
}

/** Written before the first entry, so that who comes across an unfinished export knows what it is. */
async function writeHeaders({ parcels, target, source, version }: Leg, context: SetupContext): Promise<void> {
  const { attempt, clock } = context;
  for (const parcel of parcels) {
    const writeId = parcel.writeId(attempt);
    const found = await headerOf(target.keyValues, parcel.package);
    if (found?.writeId === writeId) continue;
    context.fenceFor(target).assertMaySend();
    await putHeader(target.keyValues, {
      ...{ package: parcel.package, table: parcel.table, sourceVersion: version, source: source.location, writeId },
      exportedAt: new Date(clock.now()).toISOString(),
    });
  }
}

async function sealHeaders(
  { parcels, target }: Leg,
  context: MigrationContext,
  found: readonly ValidatedTable[],
): Promise<void> {
  for (const parcel of parcels) {
    const equal = found.find(({ table }) => table === parcel.title);
    const header = await headerOf(target.keyValues, parcel.package);
    if (equal === undefined || header?.writeId !== parcel.writeId(context.attempt))
      throw new CorruptDataError(
        `package "${parcel.package}" was exported, and ${target.location} has another header of it, or none: start again with fresh`,
      );
    const { format: _, ...rest } = header;
    context.fenceFor(target).assertMaySend();
    await putHeader(target.keyValues, { ...rest, sealed: { entries: equal.items, digest: equal.digest } });
  }
}
