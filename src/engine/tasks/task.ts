import type { StepName } from '../../migrations/copy/copy-input.js';
import type { Migration } from '../../migrations/migration.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import type { LeaseOwner } from '../../kv/lease-cell.js';
import type { Fault } from '../../errors.js';
import type { Settings } from '../../settings.js';
import type { Store } from '../../stores/store.js';

/** What a run does next: a migration, opened, and how its attempt is begun, gone on with, validated and completed. */
export interface Task {
  readonly migration: Migration;
  /** The store whose state entry holds lease, attempt and version. */
  readonly home: Store;
  /** The name of that store, where it is the project's database: a cutover may move it. */
  readonly database?: string;
  /** Identifies "the same task": the attempt of one is resumed by the other. */
  readonly spec: string;
  /** The same for people, in one line. */
  readonly description: string;
  /** Which of several that one run does one after the other, for people: `0003_split_name`. Absent where there is one. */
  readonly title?: string;
  /** The part of the input that asks for it, where faults of it are told: `copy`, `up`. */
  readonly field: string;
  readonly steps: readonly StepName[];
  /** The name of an attempt that this owner begins. */
  readonly attempt: string;
  /** A new attempt was asked for. */
  readonly fresh: boolean;
  /** A completed attempt is gone on with until a run came to its end after it. */
  readonly resumesComplete: boolean;
  readonly leavesNothing: boolean;
  /** What validation leaves out, so that a change of it begins another generation. */
  readonly validates: string;
  readonly settings: Settings;
  /** Why these have fewer units at a time than the configuration: for who looks ahead. */
  readonly lowered?: Fault;
  /** The registered migration whose version is written at its end; absent where no version is. */
  readonly registered?: RegisteredMigration;
  /** A declared store, by its name. */
  openStore(name: string): Promise<Store>;
  /** Called with the lease held, before anything is touched: throws InputError where it would destroy what it reads. */
  assertApart?(own: LeaseOwner): Promise<void>;
}
