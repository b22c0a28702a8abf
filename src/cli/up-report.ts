import { cleanupNeeded, type CleanupNeeded } from '../engine/events/cleanup-needed.js';
import { issuedEvent } from '../engine/events/issue-event.js';
import type { RunStatus } from '../engine/status/run-status.js';
import { appliedOf, type ChainSummary } from '../engine/tasks/chain-summary.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { Ledger } from '../ledger/ledger.js';
import { failedPartitions } from '../migrations/for-each-partition/failed-partitions.js';
import type { Registry } from '../migrations/registry.js';
import { appliedHistory } from '../versions/history.js';
import { partitionEntry } from '../versions/partition-versions.js';
import { readState } from '../versions/state-entry.js';
import { copyReport, type CopyReport } from './copy-report.js';
import { partitionSummary, type PartitionSummary } from './partition-summary.js';

/** What `up --json` prints of a run; the field names are stable. */
export interface UpReport extends CopyReport {
  /** The version of the database before and after; null: the run did not come to look at it. */
  readonly from: number | null;
  readonly version: number | null;
  /** A new database that got this version, and ran nothing. */
  readonly stamped: boolean;
  /** What this run applied, in order. */
  readonly migrations: ChainSummary['applied'];
  /** How many are pending still, up to the gate if there is one; null as above. */
  readonly pending: number | null;
  /** The migration that the chain stops before, because a flag is off. */
  readonly gate: NonNullable<ChainSummary['gate']> | null;
  /** The migration that it failed in, whose tables are listed: `0003_split_name`. */
  readonly failedIn: string | null;
  /** Partitions that failed in it: how many, and the first of them. */
  readonly failedPartitions: Awaited<ReturnType<typeof failedPartitions>>;
  /** The partition that was asked for, and its version now; null for all partitions, and in a stack. */
  readonly partition: { readonly id: string; readonly version: number | null } | null;
  /** Null in a stack, and where the run did not come to look at the database. */
  readonly partitions: PartitionSummary | null;
  /** What is left over, where it failed after a version was written; null: nothing, or nothing that is known. */
  readonly cleanupNeeded: CleanupNeeded | null;
}

/** How many failed partitions a report names. */
const mostFailed = 100;

/** The database that a run worked on, where this process can read it. */
export interface ReadableDatabase {
  readonly kv: KeyValueStore;
  readonly registry: Registry;
}

/** The report of a run of the chain, from what the ledger says, and from the database's own history where it can be read. */
export async function upReport(
  status: RunStatus,
  ledger: Ledger,
  input: Readonly<Record<string, unknown>>,
  database: ReadableDatabase | undefined,
): Promise<UpReport> {
  const { run, chain } = status;
  // A run that fails in Begin is past the migration that it was in last.
  const failed = run.status === 'failed' && run.error?.step !== 'begin';
  return {
    ...copyReport(failed ? status : { ...status, tables: [] }),
    ...(chain === undefined ? notLooked : chainPart(await latest(chain, run.run, database))),
    failedIn: failed ? (status.title ?? null) : null,
    failedPartitions:
      failed && run.attempt !== undefined ? await failedPartitions(ledger, run.attempt, mostFailed) : noPartitions,
    partition: await partitionPart(input['partition'], database),
    partitions:
      chain === undefined || database === undefined
        ? null
        : await partitionSummary(database.kv, database.registry, chain.version),
    cleanupNeeded: run.status === 'failed' ? await cleanupNeededBy(run, ledger) : null,
  };
}

async function cleanupNeededBy({ run, redrives = 0 }: RunStatus['run'], ledger: Ledger): Promise<CleanupNeeded | null> {
  return (await issuedEvent(cleanupNeeded, { run, redrives }, ledger)) ?? null;
}

const noPartitions = { count: 0, partitions: [] };

type ChainPart = Pick<UpReport, 'from' | 'version' | 'stamped' | 'migrations' | 'pending' | 'gate'>;

const notLooked: ChainPart = {
  from: null,
  version: null,
  stamped: false,
  migrations: [],
  pending: null,
  gate: null,
};

function chainPart({ from, version, stamped, applied, pending, gate }: LatestChain): ChainPart {
  return { from, version, stamped, migrations: applied, pending, gate: gate ?? null };
}

async function partitionPart(id: unknown, database: ReadableDatabase | undefined): Promise<UpReport['partition']> {
  if (typeof id !== 'string' || database === undefined) return null;
  return { id, version: (await partitionEntry(database.kv, id))?.dataVersion ?? null };
}

type LatestChain = ChainSummary & { readonly stamped: boolean };

/** A run that failed after a cutover has not come to record it: the database's own history says so. */
async function latest(
  recorded: ChainSummary,
  run: string,
  database: ReadableDatabase | undefined,
): Promise<LatestChain> {
  if (database === undefined) return { ...recorded, stamped: false };
  const version = (await readState(database.kv))?.version ?? recorded.version;
  const applied: ChainSummary['applied'] = [];
  let stamped = false;
  for await (const entry of appliedHistory(database.kv, version)) {
    if (entry.run !== run) continue;
    if (entry.how === 'stamped') stamped = true;
    if (entry.how === 'applied') applied.push(appliedOf(entry));
  }
  const since = applied.length - recorded.applied.length;
  return { ...recorded, version, applied, pending: recorded.pending - since, stamped };
}
