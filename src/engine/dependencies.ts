import type { Clock } from '../clock.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { HeldLease } from '../kv/lease.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Registry } from '../migrations/registry.js';
import type { Project } from '../project.js';
import type { Settings } from '../settings.js';
import type { Store } from '../stores/store.js';
import type { CarryoverEvent } from './events/event.js';

/** What the steps are given: everything that touches the world. The same for a Lambda function and the command line. */
export interface Dependencies {
  readonly project: Project;
  /** The project's migrations. */
  readonly registry: Registry;
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** The store that the project declares under this name. Opened once, closed by whoever made the dependencies. */
  openStore(name: string): Promise<Store>;
  /** A key-value store of the service's own, in a table of the store of this name. Opened once, closed likewise. */
  openKeyValueDriver(store: string, table: string): Promise<KeyValueDriver>;
  /** Who starts runs here, for the lease and the ledger: a user, or a state machine. */
  readonly who: string;
  /** Where: a host, or a stack. */
  readonly where: string;
  /** A new identifier, unique for ever. */
  newId(): string;
  /** Sends an event to those who listen, once or more often; rejects when it was not taken. Absent where there is no bus. */
  emit?(event: CarryoverEvent): Promise<void>;
  /** Whether a declared store can be opened here: functions reach none that lies on a laptop. Absent where all can be. */
  reaches?(store: string): boolean;
  /**
   * Who starts runs here reports each of them, and then ends its attempt: see endAttempt. Absent for functions: a run that
   * nobody waits for ends its attempt itself.
   */
  readonly reportsRuns?: boolean;
  /**
   * Where calls leave the lease to one another. Absent for functions: a platform that freezes a process between two calls
   * may stop its monotonic clock too, and what was valid before proves nothing then.
   */
  readonly heldLeases?: Map<Store, { readonly run: string; readonly held: HeldLease }>;
}

/** One call of a step: a Lambda invocation, or its like on a laptop. */
export interface Call {
  /** Milliseconds that are left before the platform ends this call. */
  remainingMs(): number;
}

/** What the state machine carries from step to step: small, and read back from the ledger by its id. */
export interface RunState {
  readonly id: string;
  /** Whose the lease is: see ownerOf. */
  readonly owner: string;
  readonly attempt: string;
  readonly token: number;
  /** The version that the registered migration leads to; absent for a copy. */
  readonly version?: number | undefined;
  /** Only what a completed attempt, or earlier ones, left to be cleaned up. */
  readonly only?: 'cleanup' | undefined;
}

export interface StepInput {
  readonly run: RunState;
}

export interface UnitInput extends StepInput {
  readonly unit: number;
}
