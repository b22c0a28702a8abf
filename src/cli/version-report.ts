import { pendingChain } from '../engine/tasks/pending-chain.js';
import type { Fault } from '../errors.js';
import type { LeaseRecord } from '../kv/lease-cell.js';
import { historyFaults } from '../migrations/history-faults.js';
import { newestVersion } from '../migrations/registry.js';
import type { Store } from '../stores/store.js';
import { versionOf } from '../versions/data-version-texts.js';
import { history, type HistoryEntry } from '../versions/history.js';
import { readState, type AttemptState, type PendingDrop, type StateEntry } from '../versions/state-entry.js';
import type { ChainProject } from './chain-project.js';
import { gateText, withoutEnding } from './up-text.js';

/** What `version --json` prints, the partitions apart; the field names are stable. */
export interface VersionReport {
  readonly database: string;
  readonly location: string;
  /** Null: nobody has said yet which version the data has. */
  readonly version: number | null;
  /** The version that the code expects. */
  readonly newest: number;
  /** The version at which the database came under Carryover's care. */
  readonly baseline: number | null;
  /** What an `up` would run, in order; nothing where there is no version. */
  readonly pending: readonly { readonly version: number; readonly name: string; readonly kind: string }[];
  /** What the chain stops before, because a flag is off. */
  readonly gate: { readonly version: number; readonly name: string; readonly flag: string } | null;
  /** Why an `up` would be refused: code and history do not fit. */
  readonly faults: readonly Fault[];
  readonly lock: LeaseRecord | null;
  /** An attempt that has not come to its end. */
  readonly unfinished: Pick<AttemptState, 'description' | 'startedAt'> | null;
  /** What is still to be dropped. */
  readonly drops: readonly PendingDrop[];
}

/** Where a database is, and what is pending; reads only. */
export async function versionReport(
  { project, registry, database }: ChainProject,
  { keyValues, location }: Store,
): Promise<VersionReport> {
  const state = await readState(keyValues);
  const entries: HistoryEntry[] = [];
  for await (const entry of history(keyValues)) entries.push(entry);
  const version = versionOf(state);
  const flags = project.flags ?? {};
  const chain = version === undefined ? { migrations: [] } : pendingChain(registry, { version, to: undefined, flags });
  const { gate } = chain;
  return {
    ...{ database, location, newest: newestVersion(registry), version: version ?? null },
    pending: chain.migrations.map((each) => ({
      version: each.version,
      name: withoutEnding(each.file),
      kind: each.definition.kind,
    })),
    gate:
      gate === undefined
        ? null
        : { version: gate.migration.version, name: withoutEnding(gate.migration.file), flag: gate.flag },
    faults: historyFaults(registry, entries, version ?? 0, state?.baseline, []),
    ...statePart(state),
  };
}

function statePart(state: StateEntry | undefined): Pick<VersionReport, 'baseline' | 'lock' | 'unfinished' | 'drops'> {
  const attempt = state?.attempt?.phase === 'complete' ? undefined : state?.attempt;
  return {
    baseline: state?.baseline ?? null,
    lock: state?.lease ?? null,
    unfinished: attempt === undefined ? null : { description: attempt.description, startedAt: attempt.startedAt },
    drops: state?.cleanup ?? [],
  };
}

/** The report for people, a line each. */
export function versionLines(report: VersionReport): string[] {
  const { database, location, version, newest, pending, gate, faults, lock, unfinished, drops } = report;
  const names = pending.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  return [
    version === null
      ? `${database} (${location}) has no version; the code expects ${newest}`
      : `${database} (${location}) is at version ${version}; the code expects ${newest}`,
    ...(version === null ? [noVersionText] : [names === '' ? 'nothing is pending' : `pending: ${names}`]),
    ...(gate === null ? [] : [gateText(gate)]),
    ...faults.map(({ field, message }) => `does not fit: ${field}: ${message}`),
    lock === null ? 'not locked' : lockText(lock),
    ...(unfinished === null ? [] : [`not finished: ${unfinished.description}, begun at ${unfinished.startedAt}`]),
    ...drops.map(dropText),
  ];
}

const noVersionText =
  '"carryover up" gives a new database its version; "carryover baseline N" one whose data is at version N already';

/** Who holds the lock of a database. */
export function lockText({ owner, who, where, since, durationMs }: LeaseRecord): string {
  return `locked by run ${owner}, started by ${who} on ${where} at ${since}, for ${durationMs / 1_000} s after each renewal`;
}

/** What is to be dropped, and from when on. */
export function dropText({ store, table, version, notBefore }: PendingDrop): string {
  return `to be dropped: table ${table} of ${store}, left over by version ${version}, not before ${notBefore}`;
}
