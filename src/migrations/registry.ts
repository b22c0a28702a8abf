import type { MigrationDefinition } from './definition.js';

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
