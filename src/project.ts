import type { z } from 'zod';
import type { settingsSchema } from './settings.js';

/** A project's configuration, the default export of `carryover.config.ts`. */
export interface Project {
  /** The stores that inputs may name. */
  readonly stores: Readonly<Record<string, StoreDeclaration>>;
  /**
   * The command line's ledger, a `dynamodb://` URL. Default: the embedded engine under `.carryover/`. A deployed stack has
   * a table of its own.
   */
  readonly ledger?: string;
  readonly settings?: z.input<typeof settingsSchema>;
}

/** A store's URL, alone or with what a deployment may do with it. */
export type StoreDeclaration = string | DeclaredStore;

export interface DeclaredStore {
  readonly url: string;
  /** What runs may use it as, and the functions get rights for: a source is only read. Default both. */
  readonly role?: 'source' | 'target';
  /** The tables that the functions get rights on, with `*`; default all. */
  readonly tables?: readonly string[];
  /** Whether runs may drop tables of this store (`onExisting: "replace"`, `fresh`), and the functions get the right. Default false. */
  readonly allowReplace?: boolean;
  /** A PostgreSQL store's password: the ARN of a Secrets Manager secret with `username` and `password`. */
  readonly secretArn?: string;
}

/** Gives the configuration back, with its types checked. */
export function defineProject(project: Project): Project {
  return project;
}
