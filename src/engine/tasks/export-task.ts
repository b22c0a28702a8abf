import type { Fault } from '../../errors.js';
import type { ExportedStep } from '../../migrations/definition.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import { atSpeed } from '../../settings.js';
import { databaseAt } from '../../versions/home-records.js';
import type { Dependencies } from '../dependencies.js';
import { lookAtDatabase } from '../home/open-database.js';
import type { ExportInput } from '../runs/export-input.js';
import { assertStores } from './assert-stores.js';
import { stageOf } from './stage-of.js';
import { packageTask } from './package-task.js';
import type { Task } from './task.js';

/**
 * The task of exporting the packages of a registered migration, whichever version the database is at: no version is
 * written, and the database's lease is left alone. Throws InputError, with all faults, for a migration that exports nothing,
 * for packages that it has not, and for a store that is not declared, or for another use.
 */
export async function exportTask(input: ExportInput, owner: string, deps: Dependencies): Promise<Task> {
  const { to, packages } = input;
  const { chosen, faults } = chosenOf(input, deps);
  assertStores({ field: 'export', ...input }, deps, faults);
  const { registered, exported } = chosen as Exportable;
  const settings = atSpeed(deps.settings, input);
  const { version, checksum } = registered;
  const { name, movedFrom } = await lookAtDatabase(deps);
  const stage = stageOf(registered, { settings, database: databaseAt(version, name, movedFrom) }, deps);
  const [home, database] = [await stage.openStore(to), await stage.openStore(stage.database)];
  const names = [...(packages ?? exported.packages)].sort();
  return {
    migration: await exported.open(stage, to, packages),
    home,
    // Another text of the migration may export other entries.
    spec: `export:${version}:${checksum}:${JSON.stringify([database.location, home.location, names])}`,
    description: `export of ${names.join(', ')} as in migration ${stage.name}, from ${database.location} to ${home.location}`,
    field: 'export',
    ...packageTask,
    attempt: owner,
    fresh: input.fresh,
    settings,
    openStore: stage.openStore,
  };
}

interface Exportable {
  readonly registered: RegisteredMigration;
  readonly exported: ExportedStep;
}

function chosenOf(
  { version, packages = [] }: ExportInput,
  { registry }: Dependencies,
): { chosen: Exportable | undefined; faults: Fault[] } {
  const known = registry.migrations.flatMap((registered): Exportable[] => {
    const { exported } = registered.definition;
    return exported === undefined ? [] : [{ registered, exported }];
  });
  const chosen =
    version === undefined && known.length === 1 ? known[0] : known.find((each) => each.registered.version === version);
  if (chosen === undefined) return { chosen, faults: [{ field: 'export.version', message: choice(version, known) }] };
  const { registered, exported } = chosen;
  const faults = packages.flatMap((name, at) => {
    if (exported.packages.includes(name)) return [];
    const message = `"${name}" is no package of ${registered.file}: it has ${exported.packages.join(', ')}`;
    return [{ field: `export.packages[${at}]`, message }];
  });
  return { chosen, faults };
}

/** Why no migration is chosen, and which may be. */
function choice(version: number | undefined, known: readonly Exportable[]): string {
  if (known.length === 0) return 'there is no migration that exports packages: write one with importPackages({ … })';
  const names = known.map(({ registered }) => `${registered.version} (${registered.file})`).join(', ');
  return version === undefined
    ? `is missing, and several migrations export packages: give one of ${names}`
    : `no migration ${version} exports packages: give one of ${names}`;
}
