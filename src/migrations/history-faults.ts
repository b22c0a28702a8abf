import type { Fault } from '../errors.js';
import { fileNumber, migrationName } from './file-name.js';
import { newestVersion, type RegisteredMigration, type Registry } from './registry.js';

/** What the history of a database says of a version. */
export interface PastVersion {
  readonly version: number;
  readonly name: string;
  /** How the database came to this version: by running the migration, or by being told that it has it. */
  readonly how: 'applied' | 'baseline' | 'stamped';
  /** SHA-256 of the file that ran. */
  readonly checksum?: string | undefined;
}

/**
 * Why the code's migrations do not fit what was done to a database, all reasons together; none when they do. `version` is
 * the one that the database has: entries of the history above it come from runs that did not get to write it. Versions
 * up to `baseline` were never run here. `accepted` are numbers whose files may have changed since.
 */
export function historyFaults(
  registry: Registry,
  history: readonly PastVersion[],
  version: number,
  baseline: number | undefined,
  accepted: readonly number[],
): Fault[] {
  const past = history.filter((entry) => entry.version <= version);
  const changed = changedSince(registry, past);
  return [
    ...newerThanCode(registry, past, version),
    ...changed.filter(({ version: number }) => !accepted.includes(number)).map(changedFault),
    ...[...new Set(accepted)]
      .filter((number) => !changed.some((entry) => entry.version === number))
      .map((number) => acceptedFault(number, registry, past)),
    ...missingFiles(registry, past),
    ...removedTooEarly(registry, past, version),
    ...addedBelow(registry, past, version, baseline ?? 0),
  ];
}

function newerThanCode(registry: Registry, past: readonly PastVersion[], version: number): Fault[] {
  const newest = newestVersion(registry);
  if (version <= newest) return [];
  const unknown = past.filter((entry) => entry.version > newest).map(migrationName);
  const names = unknown.length === 0 ? '' : ` (${unknown.join(', ')})`;
  const message = `has the version ${version}${names}, but the newest migration of this code is ${newest}: run the code that has the later migrations, or restore a backup of version ${newest} or below`;
  return [{ field: 'database', message }];
}

/** Applied migrations whose files are no longer what ran. */
function changedSince({ migrations }: Registry, past: readonly PastVersion[]): RegisteredMigration[] {
  const ran = new Map(past.filter(({ how }) => how === 'applied').map((entry) => [entry.version, entry.checksum]));
  return migrations.filter(({ version, checksum }) => (ran.get(version) ?? checksum) !== checksum);
}

function changedFault({ version, file }: RegisteredMigration): Fault {
  const message = `was changed after it was applied: put the old text back and write a new migration, or say that it is meant with "--accept-changed ${version}"`;
  return { field: file, message };
}

function acceptedFault(number: number, { migrations }: Registry, past: readonly PastVersion[]): Fault {
  const field = 'up.acceptChanged';
  const applied = past.find((entry) => entry.version === number && entry.how === 'applied');
  if (applied === undefined)
    return { field, message: `names ${number}, which was not applied to this database: leave it out` };
  const file = migrations.find(({ version }) => version === number)?.file;
  return file === undefined
    ? { field, message: `names ${number}, whose file is not there any more: leave it out` }
    : { field, message: `names ${number}, but ${file} is what was applied: leave it out` };
}

/** Applied migrations without a file. Those before the first file were taken away on purpose: the project's gaps say so. */
function missingFiles(registry: Registry, past: readonly PastVersion[]): Fault[] {
  const known = new Set(registry.migrations.map(({ version }) => version));
  const [oldest, newest] = [registry.migrations[0]?.version ?? 0, newestVersion(registry)];
  return past
    .filter(({ version, how }) => how === 'applied' && version > oldest && version < newest && !known.has(version))
    .map((entry) => {
      const message = `was applied to this database, but its file is not there any more: put ${migrationName(entry)}.ts back`;
      return { field: migrationName(entry), message };
    });
}

/**
 * Files before the first one that were removed before this database had run them: the chain would go on behind them, with
 * data that lacks what they do. That there were such files is told by those that ran. An entry without a name says that a
 * person gave a version that had no file.
 */
function removedTooEarly({ migrations }: Registry, past: readonly PastVersion[], version: number): Fault[] {
  const [oldest] = migrations;
  if (oldest === undefined || version >= oldest.version - 1) return [];
  if (!past.some((entry) => entry.version < oldest.version && entry.name !== '')) return [];
  const last = oldest.version - 1;
  const message = `has the version ${version}, but the oldest migration of this code is ${oldest.file}, and files before it were removed: run the code that still has the removed files up to version ${last} first`;
  return [{ field: 'database', message }];
}

/** Migrations that would have had to run before others that did. */
function addedBelow(registry: Registry, past: readonly PastVersion[], version: number, baseline: number): Fault[] {
  const ran = new Set(past.map((entry) => entry.version));
  const next = fileNumber(newestVersion(registry) + 1);
  return registry.migrations
    .filter((added) => added.version > baseline && added.version <= version && !ran.has(added.version))
    .map(({ file }) => {
      const message = `was added below version ${version}, which the database has already, and would never run: give it the next number, ${next}`;
      return { field: file, message };
    });
}
