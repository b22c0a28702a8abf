import { InputError } from '../../errors.js';
import { historyFaults } from '../../migrations/history-faults.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import type { Store } from '../../stores/store.js';
import { dueDrops } from '../../versions/due-drops.js';
import { history, type HistoryEntry } from '../../versions/history.js';
import { partitionEntry } from '../../versions/partition-versions.js';
import { readState, type AttemptState, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { lookAtDatabase, type Database } from '../home/open-database.js';
import { setBackFaults } from '../home/set-back-faults.js';
import type { ChainInput } from '../runs/execution-input.js';
import type { UpInput } from '../runs/up-input.js';
import { versionToGive } from './adoption.js';
import { definitionFaults } from './definition-faults.js';
import { partitionStep } from './partition-range.js';
import { pendingChain, type PendingChain } from './pending-chain.js';

/** What a run of the version chain finds: where the database is, and what is to be done next. */
export interface ChainLook {
  readonly database: Database;
  readonly home: Store;
  readonly version: number;
  readonly history: readonly HistoryEntry[];
  /** The version that a database without one is given first. */
  readonly given: number | undefined;
  readonly chain: PendingChain;
  /** The migration to run, or to clean up after; undefined when nothing is pending, or only drops are. */
  readonly next: RegisteredMigration | undefined;
  /** There is only something to clean up. */
  readonly only: 'cleanup' | undefined;
  /** Whether anything is to be done at all. */
  readonly pending: boolean;
}

/**
 * Looks at the database and at the code: what is pending of an `up` or a `cleanup`. Reads only; each read is the newest there is, so
 * that with the lease held it stays true. Throws InputError, all faults together, where code and history do not fit.
 */
export async function lookAtChain(input: ChainInput, deps: Dependencies): Promise<ChainLook> {
  const database = await lookAtDatabase(deps);
  const { store: home } = database;
  const state = await readState(home.keyValues);
  const entries: HistoryEntry[] = [];
  for await (const entry of history(home.keyValues)) entries.push(entry);
  const up = input.up;
  assertFits(state, entries, up?.acceptChanged ?? [], deps);
  const given = await versionToGive(state, up?.to, deps);
  const version = state?.version || given || 0;
  const { registry, project } = deps;
  const flags = project.flags ?? {};
  const found = { database, home, version, history: entries, given };
  const chain = up === undefined ? { migrations: [] } : pendingChain(registry, { version, to: up.to, flags });
  const setBack = await setBackFaults({ database, version }, chain.migrations, deps);
  if (setBack.length > 0) throw new InputError(setBack);
  const unfinished = leftByCompleted(state?.attempt, deps);
  if (unfinished !== undefined) return { ...found, chain, next: unfinished, only: 'cleanup', pending: true };
  const next = up === undefined ? undefined : await nextMigration(up, version, chain, { home, state }, deps);
  if (next !== undefined) return { ...found, chain, next, only: undefined, pending: true };
  return {
    ...found,
    chain,
    next,
    only: 'cleanup',
    // A run that has nothing else to do brings a database home that was left on its way.
    pending: !database.arrived || dueDrops(state?.cleanup ?? [], deps.clock.now()).length > 0,
  };
}

function assertFits(
  state: StateEntry | undefined,
  entries: readonly HistoryEntry[],
  acceptChanged: readonly number[],
  { registry, project }: Dependencies,
): void {
  const checksums = new Map(registry.migrations.map(({ version, checksum }) => [version, checksum]));
  // What was accepted by an earlier Begin of this run is recorded so by now.
  const changed = acceptChanged.filter((number) =>
    entries.every((entry) => entry.version !== number || entry.checksum !== checksums.get(number)),
  );
  const faults = [
    ...definitionFaults(registry, project),
    ...historyFaults(registry, entries, state?.version ?? 0, state?.baseline, changed),
  ];
  if (faults.length > 0) throw new InputError(faults);
}

/** The migration whose attempt is complete, and whose Cleanup has not come to its end. */
function leftByCompleted(
  attempt: AttemptState | undefined,
  { registry }: Dependencies,
): RegisteredMigration | undefined {
  if (attempt?.phase !== 'complete' || attempt.endedAt !== undefined) return undefined;
  return registry.migrations.find(({ version, checksum }) => attempt.spec === `up:${version}:${checksum}`);
}

async function nextMigration(
  { partition }: UpInput,
  version: number,
  chain: PendingChain,
  { home, state }: { readonly home: Store; readonly state: StateEntry | undefined },
  deps: Dependencies,
): Promise<RegisteredMigration | undefined> {
  if (partition === undefined) return chain.migrations[0];
  const step = partitionStep(deps.registry, version, chain);
  if (step === undefined) return undefined;
  const entry = await partitionEntry(home.keyValues, partition);
  return (entry?.dataVersion ?? state?.baseline ?? 0) < step.version ? step : undefined;
}
