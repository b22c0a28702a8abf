import type { Ledger, RunRecord } from '../ledger/ledger.js';
import { tablePlans } from '../migrations/copy/table-plan.js';
import { addUsage, noUsage, type Usage } from '../stores/store.js';
import { attemptRecord, scopes } from './attempt-record.js';
import { verdicts, type Verdict } from './verdicts.js';

/** What a phase has done of a table. */
export interface PhaseStatus {
  readonly units: number;
  readonly done: number;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  /** From the first claim to the last checkpoint, milliseconds. */
  readonly elapsedMs: number;
  readonly failures: readonly { readonly unit: number; readonly name: string; readonly message: string }[];
}

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
  readonly tables: readonly TableStatus[];
}

/** What the ledger knows of a run and of the tables of its attempt; undefined for a run that it does not know. */
export async function runStatus(ledger: Ledger, id: string): Promise<RunStatus | undefined> {
  const run = await ledger.run(id);
  if (run === undefined) return undefined;
  return { run, tables: run.attempt === undefined ? [] : await tableStatuses(ledger, run, run.attempt) };
}

async function tableStatuses(ledger: Ledger, run: RunRecord, attempt: string): Promise<TableStatus[]> {
  const record = await attemptRecord(ledger, attempt);
  const { generation } = run;
  const migrate = await phases(ledger, scopes.migrate(attempt), record.migrate);
  const validating = generation === undefined || generation !== record.generation ? 0 : record.validate;
  const validate = await phases(ledger, scopes.validate(attempt, generation ?? 0), validating);
  const judged = new Map<string, Verdict>();
  if (generation !== undefined)
    for await (const verdict of verdicts(ledger, scopes.verdict(attempt, generation)))
      judged.set(verdict.table, verdict);
  const known = new Map<string, Pick<TableStatus, 'mode' | 'estimatedItems'>>();
  for await (const { table, mode, description } of tablePlans(ledger, attempt))
    known.set(table, { mode, ...(description.items === undefined ? {} : { estimatedItems: description.items }) });
  const names = [...new Set([...known.keys(), ...migrate.keys(), ...validate.keys()])].sort();
  return names.map((table) => {
    const verdict = judged.get(table);
    return {
      table,
      ...(known.get(table) ?? { mode: 'carry' as const }),
      migrate: migrate.get(table) ?? nothing,
      validate: validate.get(table) ?? nothing,
      ...(verdict === undefined ? {} : { verdict }),
    };
  });
}

const nothing: PhaseStatus = {
  units: 0,
  done: 0,
  items: 0,
  sizeBytes: 0,
  usage: noUsage,
  elapsedMs: 0,
  failures: [],
};

/** The units of a scope, added up by table. */
async function phases(ledger: Ledger, scope: string, count: number): Promise<Map<string, PhaseStatus>> {
  const byTable = new Map<string, PhaseStatus & { from: number; to: number }>();
  for await (const unit of ledger.units(scope, count)) {
    const sum = byTable.get(unit.table) ?? { ...nothing, from: Infinity, to: -Infinity };
    const from = Math.min(sum.from, unit.startedAt === undefined ? Infinity : Date.parse(unit.startedAt));
    const to = Math.max(sum.to, Date.parse(unit.updatedAt));
    byTable.set(unit.table, {
      units: sum.units + 1,
      done: sum.done + (unit.done ? 1 : 0),
      items: sum.items + unit.items,
      sizeBytes: sum.sizeBytes + unit.sizeBytes,
      usage: addUsage(sum.usage, unit.usage),
      failures: unit.failure === undefined ? sum.failures : [...sum.failures, { unit: unit.unit, ...unit.failure }],
      elapsedMs: Number.isFinite(from) ? Math.max(to - from, 0) : 0,
      from,
      to,
    });
  }
  return byTable;
}
