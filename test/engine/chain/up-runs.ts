import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Project } from '../../../src/project.js';
import type { Store } from '../../../src/stores/store.js';
import { history, type HistoryEntry } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';

export interface UpOptions {
  readonly registry: Registry;
  readonly project?: Omit<Project, 'stores' | 'database'>;
}

let ledger: Ledger;

/** Gives a suite the ledger on which `up` runs. */
export function withUp(use: (ledger: Ledger) => void = () => undefined): void {
  withTestLedgers(1, ([first]) => use((ledger = first)));
}

/** Runs one execution of the chain on a database in memory. */
export async function up(database: Store, { registry, project }: UpOptions, input: Json = {}): Promise<RunStatus> {
  const options = { stores: { database }, ledger, registry, project: { ...project, database: 'database' } };
  return await runExecution(options, { up: input });
}

export async function historyOf(store: Store): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of history(store.keyValues)) entries.push(entry);
  return entries;
}

export const versionOf = async (store: Store): Promise<number | undefined> =>
  (await readState(store.keyValues))?.version;
