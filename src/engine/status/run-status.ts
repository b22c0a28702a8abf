import type { Ledger, RunRecord } from '../../ledger/ledger.js';
import { scopes } from '../attempts/attempt-record.js';
import type { PhaseStatus } from './phase-status.js';
import type { ChainSummary } from '../tasks/chain-summary.js';
import { RunReader } from './run-reader.js';
import { verdicts, type Verdict } from '../verdicts/verdicts.js';

export interface TableStatus {
  readonly table: string;
  readonly mode: 'carry' | 'schema only';
  /** The source's own estimate; undefined where it has none. */
  readonly estimatedItems?: number;
  readonly migrate: PhaseStatus;
  /** Both sides together. */
  readonly validate: PhaseStatus;
  readonly verdict?: Verdict;
}

export interface RunStatus {
  readonly run: RunRecord;
  /** What it has done of the version chain; absent for a copy. */
  readonly chain?: ChainSummary;
  /** The migration that it is in, or was in last: `0003_split_name`. Absent for a copy. */
  readonly title?: string;
  /** Those of the migration that it is in. */
  readonly tables: readonly TableStatus[];
  /** When anything was recorded of it last, ISO 8601. */
  readonly lastSignAt: string;
}

/** All that the ledger knows of a run and of the tables of its attempt; undefined for a run that it does not know. */
export async function runStatus(ledger: Ledger, id: string): Promise<RunStatus | undefined> {
  const status = await new RunReader(ledger, id).look();
  const { attempt, generation } = status?.run ?? {};
  if (status === undefined || attempt === undefined || generation === undefined) return status;
  const judged = new Map<string, Verdict>();
  for await (const verdict of verdicts(ledger, scopes.verdict(attempt, generation))) judged.set(verdict.table, verdict);
  const tables = status.tables.map((table) => {
    const verdict = judged.get(table.table);
    return verdict === undefined ? table : { ...table, verdict };
  });
  return { ...status, tables };
}
