import type { Clock } from '../../../src/clock.js';
import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import type { Project } from '../../../src/project.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store } from '../../../src/stores/store.js';
import { activeNameKeptMs, activeTable } from '../../../src/versions/active-table.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { systemClock } from '../../../src/system-clock.js';
import { registered } from '../../engine/chain/marking-steps.js';
import { filled, itemOf, itemsOf, tableNames } from '../../engine/memory-stores.js';
import { runExecution, type CopyRunOptions } from '../../support/copy-run.js';

export const dayMs = 24 * 60 * 60 * 1_000;

/** The clock of this machine, which days may be added to; the time that readers keep names passes at once. */
export class CalendarClock implements Clock {
  addedMs = 0;
  waits = 0;
  /** Called in the middle of the wait for readers. */
  onWait: () => Promise<void> | void = () => undefined;

  now(): number {
    return systemClock.now() + this.addedMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms !== activeNameKeptMs) return await systemClock.sleep(ms, signal);
    this.waits += 1;
    await this.onWait();
  }
}

export const twelve: Item[] = Array.from({ length: 12 }, (_, id) => itemOf(id));

export const sorted = (items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

/** A database with a table `orders` of twelve items that came under care at version 0. */
export async function ordersDatabase(): Promise<Store> {
  const database = await filled(12);
  await adopt(database);
  return database;
}

export async function adopt({ keyValues }: Store): Promise<void> {
  await changeState(keyValues, (state) => ({ ...state, baseline: 0 }));
}

/** What the service reads: the table by its active name, whole. */
export async function readByName(database: Store, table = 'orders'): Promise<{ name: string; items: Item[] }> {
  const name = await activeTable(database.keyValues, table, { keptMs: 0 });
  return { name, items: await itemsOf(database, name) };
}

/** The tables that are there, without Carryover's own. */
export const tablesOf = tableNames;

/** Runs of migrations, each by its version, on this database. */
export function runner(
  database: Store,
  ledger: Ledger,
  steps: Readonly<Record<number, MigrationDefinition>>,
  more: Partial<CopyRunOptions> & { readonly hooks?: Pick<Project, 'freeze' | 'thaw'> } = {},
) {
  const { hooks, ...options } = more;
  const clock = new CalendarClock();
  const versions = Object.keys(steps).map(Number);
  const gaps = Array.from({ length: Math.max(...versions) }, (_, at) => at + 1).filter((n) => !versions.includes(n));
  const migrations = Object.entries(steps).map(([version, step]) => registered(Number(version), step));
  const run = (input: Json, changed: Partial<CopyRunOptions> = {}): Promise<RunStatus> =>
    runExecution(
      {
        ...{ stores: { database }, ledger, clock, registry: { migrations } },
        ...{ project: { database: 'database', gaps, ...hooks }, ...options, ...changed },
      },
      input,
    );
  return {
    clock,
    run,
    up: (input: Json = {}, changed?: Partial<CopyRunOptions>) => run({ up: input }, changed),
    cleanup: () => run({ cleanup: {} }),
  };
}
