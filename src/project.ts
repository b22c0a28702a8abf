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
  /** The declared store whose data version `carryover up` changes: version, lock and history live in it. */
  readonly database?: string;
  /** The folder of the migrations, relative to the configuration. Default `migrations`. */
  readonly migrations?: string;
  /** Numbers that no migration has, on purpose. */
  readonly gaps?: readonly number[];
  /** What a database without any data gets: all migrations run, or the newest version and nothing run. Default `migrate`. */
  readonly newDatabase?: 'migrate' | 'stamp';
  /** What migrations may require with `when`. */
  readonly flags?: Readonly<Record<string, boolean>>;
  /**
   * Called before the first read of a migration or copy: from its end on, the service must not write until `thaw`. Both may be called
   * again for what they did already.
   */
  freeze?(call: FreezeCall): Promise<void>;
  /** Called after the cutover, or when the run is aborted. */
  thaw?(call: FreezeCall): Promise<void>;
}

/** What the hooks are told. */
export interface FreezeCall {
  /** The run that asks for it. */
  readonly run: string;
  /** The migration, or the copy, in one line. */
  readonly description: string;
}

/** A store's URL, alone or with what a deployment may do with it. */
export type StoreDeclaration = string | DeclaredStore;

export interface DeclaredStore {
  readonly url: string;
  /** What runs may use it as, and the functions get rights for: a source is only read. Default both. */
  readonly role?: 'source' | 'target';
  /** The tables that the functions get rights on, and that tell whether a new database has data, with `*`; default all. */
  readonly tables?: readonly string[];
  /** Whether runs may drop tables of this store (`onExisting: "replace"`, `fresh`), and the functions get the right. Default false. */
  readonly allowReplace?: boolean;
  /**
   * A PostgreSQL store's password: the ARN of a Secrets Manager secret with `username` and `password`, or with `password` alone
   * where the URL names the user.
   */
  readonly secretArn?: string;
  /** In its place, for a PostgreSQL store in RDS or Aurora: the functions open it by their own roles. */
  readonly iam?: RdsIam;
  /** How many connections the functions that work on a run may hold on this PostgreSQL store together, at least 8. Default: no limit. */
  readonly maxConnections?: number;
}

/** What names the user of a database in IAM: the one of the URL, on this server. */
export interface RdsIam {
  readonly region: string;
  /** The resource id of the instance (`db-…`), the cluster (`cluster-…`) or the proxy (`prx-…`). */
  readonly resourceId: string;
}

/** A declaration in its long form. */
export function declaredStore(declaration: StoreDeclaration): DeclaredStore {
  return typeof declaration === 'string' ? { url: declaration } : declaration;
}

/** Gives the configuration back, with its types checked. */
export function defineProject(project: Project): Project {
  return project;
}
