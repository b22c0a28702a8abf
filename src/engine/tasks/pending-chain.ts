import { InputError } from '../../errors.js';
import { newestVersion, type RegisteredMigration, type Registry } from '../../migrations/registry.js';

/** The migrations that bring a database to a version, in order. */
export interface PendingChain {
  readonly migrations: readonly RegisteredMigration[];
  /** The migration that the chain stops before, because the flag that it requires is off. */
  readonly gate?: { readonly migration: RegisteredMigration; readonly flag: string };
}

/** Where a chain begins and ends, and which flags are on. */
export interface ChainRange {
  /** The version that the database is at. */
  readonly version: number;
  /** The last version to go to; the newest by default. */
  readonly to: number | undefined;
  readonly flags: Readonly<Record<string, boolean>>;
}

/** What is pending. Throws InputError for a version that there is no way to. */
export function pendingChain(registry: Registry, { version, to, flags }: ChainRange): PendingChain {
  assertReachable(registry, version, to);
  const last = to ?? newestVersion(registry);
  const migrations: RegisteredMigration[] = [];
  for (const migration of registry.migrations) {
    if (migration.version <= version || migration.version > last) continue;
    const flag = migration.definition.when;
    if (flag !== undefined && flags[flag] !== true) return { migrations, gate: { migration, flag } };
    migrations.push(migration);
  }
  return { migrations };
}

function assertReachable(registry: Registry, version: number, to: number | undefined): void {
  if (to === undefined || to === version) return;
  const known = registry.migrations.map((migration) => migration.version);
  if (to < version) {
    const message = `is ${to}, and the database is at version ${version}: there is no way back but a backup`;
    throw new InputError([{ field: 'up.to', message }]);
  }
  if (known.includes(to)) return;
  const newest = known.length === 0 ? 'there are none' : `the newest is ${newestVersion(registry)}`;
  throw new InputError([{ field: 'up.to', message: `is ${to}, which no migration has: ${newest}` }]);
}
