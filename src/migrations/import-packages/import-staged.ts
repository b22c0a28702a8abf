import { CorruptDataError, InputError, type Fault } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import type { ValidatedTable } from '../expectation.js';
import type { Migration } from '../migration.js';
import { legMigration, type LegMigration } from './leg-migration.js';
import type { Leg, Parcel } from './leg.js';
import { headerOf, headers, type PackageHeader } from './package-header.js';

/** What an import alone is asked for. */
export interface StagedImport {
  /** The declared store that holds the export. */
  readonly from: string;
  readonly to: string;
  /** The table of the target that holds the key-value store. */
  readonly table: string;
  /** Only these packages; default all that the export has. */
  readonly packages?: readonly string[] | undefined;
}

/**
 * The import of what was exported, as a migration of its own. Throws InputError for a package that is not there or whose export did not come to its
 * end, CorruptDataError for a header that this release does not know.
 */
export async function importStaged(
  { from, to, table, packages }: StagedImport,
  { source, target }: { readonly source: Store; readonly target: Store },
  option: (name: string) => string,
): Promise<Migration> {
  const found = await selected(source, packages, option);
  const [version = 0] = found.map(({ sourceVersion }) => sourceVersion);
  const parcels = found.map((header) =>
    stagedParcel(header.package, header.package, header.table, table, () => header.writeId),
  );
  return importPackagesFrom({ from, to, source, target, version, parcels, option });
}

/** A package as it lies in the export. */
export function stagedParcel(
  name: string,
  title: string,
  staged: string,
  table: string,
  writeId: (attempt: string) => string,
): Parcel {
  return { package: name, title, tables: [staged], table, writeId };
}

/** Imports what was exported, and proves that it is what the headers were sealed with. */
export function importPackagesFrom(leg: Leg): LegMigration & Required<Pick<Migration, 'validated'>> {
  return { ...legMigration(leg), validated: (_context, found) => assertSealed(leg, found) };
}

/** The export may have been read wrong, or changed, since it was proven to be what the packages gave. */
async function assertSealed({ source, parcels }: Leg, found: readonly ValidatedTable[]): Promise<void> {
  for (const { package: name, title } of parcels) {
    const sealed = (await headerOf(source.keyValues, name))?.sealed;
    const imported = found.find(({ table }) => table === title);
    if (sealed === undefined || imported === undefined)
      throw new CorruptDataError(
        `package "${name}" was imported, and ${source.location} has no sealed header of it: export it again, with fresh`,
      );
    if (imported.items !== sealed.entries || imported.digest !== sealed.digest)
      throw new CorruptDataError(
        `package "${name}" in ${source.location} is not what was exported: ${imported.items} entries with digest ${imported.digest}, and its header says ${sealed.entries} with ${sealed.digest}: export it again, with fresh`,
      );
  }
}

async function selected(
  source: Store,
  names: readonly string[] | undefined,
  option: (name: string) => string,
): Promise<PackageHeader[]> {
  const all: PackageHeader[] = [];
  for await (const header of headers(source.keyValues)) all.push(header);
  const there = all.length === 0 ? 'no package' : all.map((header) => `"${header.package}"`).join(', ');
  const faults: Fault[] = (names ?? [])
    .filter((name) => all.every((header) => header.package !== name))
    .map((name) => ({
      field: option('packages'),
      message: `"${name}" is not in ${source.location}, which has ${there}`,
    }));
  if (all.length === 0)
    faults.push({
      field: option('from'),
      message: `${source.location} has no export of packages: "carryover export" makes one`,
    });
  const chosen = all.filter((header) => names?.includes(header.package) ?? true);
  for (const header of chosen)
    if (header.sealed === undefined)
      faults.push({
        field: option('from'),
        message: `the export of package "${header.package}" in ${source.location} did not come to its end: run it again`,
      });
  if (faults.length > 0) throw new InputError(faults);
  return chosen;
}
