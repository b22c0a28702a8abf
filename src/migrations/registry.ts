import { InputError, type Fault } from '../errors.js';
import type { MigrationDefinition } from './definition.js';
import { isModule, parseFileName } from './file-name.js';
import { sequenceFaults } from './sequence-faults.js';

/** A file of the project's folder as it was loaded. */
export interface MigrationFile {
  /** Its name without a folder: `0003_split_name.ts`. */
  readonly file: string;
  /** SHA-256 of the file with LF endings, hexadecimal. */
  readonly checksum: string;
  /** Its default export; undefined without one. */
  readonly definition: unknown;
}

/** A migration of the project's folder. */
export interface RegisteredMigration {
  /** Its number: the version that it leads to. */
  readonly version: number;
  /** What follows the number: `split_name`. */
  readonly name: string;
  /** `0003_split_name.ts`. */
  readonly file: string;
  /** SHA-256 of the file with LF endings, hexadecimal. */
  readonly checksum: string;
  readonly definition: MigrationDefinition;
}

/** The migrations of a project in the order of their numbers. */
export interface Registry {
  readonly migrations: readonly RegisteredMigration[];
}

export const noMigrations: Registry = { migrations: [] };

/** The version that the code expects: the number of the last migration; 0 without any. */
export function newestVersion({ migrations }: Registry): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * The registry of these files, in whatever order they come. `gaps` are the numbers that no migration has, on purpose.
 * Throws InputError with all faults together: names that do not parse, numbers that come twice or are left out, files
 * that export no migration.
 */
export function createRegistry(files: readonly MigrationFile[], gaps: readonly number[]): Registry {
  const sorted = [...files].sort(byName);
  const names = sorted.map(({ file }) => file);
  const faults = [...folderFaults(names, gaps), ...sorted.flatMap(definitionFaults)];
  if (faults.length > 0) throw new InputError(faults);
  const migrations = sorted.flatMap(({ file, checksum, definition }) => {
    const parsed = parseFileName(file);
    return 'version' in parsed && isDefinition(definition) ? [{ ...parsed, file, checksum, definition }] : [];
  });
  return { migrations: migrations.sort((a, b) => a.version - b.version) };
}

/** What the names of the files alone tell to be wrong, before any of them is loaded. */
export function folderFaults(names: readonly string[], gaps: readonly number[]): Fault[] {
  const parsed = names.map((file) => ({ file, ...parseFileName(file) }));
  const nameless = parsed.flatMap((name) => ('fault' in name ? [{ field: name.file, message: name.fault }] : []));
  // A number whose file has a name that does not parse is not left out: that it is missing would be said for nothing.
  if (nameless.length > 0) return nameless;
  return sequenceFaults(
    parsed.flatMap((name) => ('version' in name ? [name] : [])),
    gaps,
  );
}

function byName(a: MigrationFile, b: MigrationFile): number {
  return a.file < b.file ? -1 : Number(a.file > b.file);
}

function isDefinition(value: unknown): value is MigrationDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, open } = value as Partial<Record<keyof MigrationDefinition, unknown>>;
  return typeof kind === 'string' && kind !== '' && typeof open === 'function';
}

function definitionFaults({ file, definition }: MigrationFile): Fault[] {
  return isDefinition(definition) || !isModule(file) ? [] : [{ field: file, message: definitionFault(definition) }];
}

const right = 'write "export default" and what a kind of migration gives, like "export default sql({ … })"';

function definitionFault(definition: unknown): string {
  if (definition === undefined) return `has no default export: ${right}`;
  if (definition instanceof Promise) return 'exports a promise by default: put "await" before it';
  if (typeof definition === 'function') return `exports a function by default, which nothing calls: ${right}`;
  return `exports no migration by default, which has a "kind" and a function "open": ${right}`;
}
