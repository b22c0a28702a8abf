import Table from 'cli-table3';
import prettyBytes from 'pretty-bytes';
import type { RunStatus, TableStatus } from '../engine/status/run-status.js';

/** What `--json` prints of a run; the field names are stable. */
export interface CopyReport {
  readonly run: string;
  readonly status: string;
  readonly exitCode: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly tables: readonly TableReport[];
  readonly error?: { readonly name: string; readonly message: string; readonly step: string };
}

export interface TableReport {
  readonly table: string;
  readonly mode: 'carry' | 'schema only';
  readonly items: number;
  readonly bytes: number;
  readonly itemsPerSecond: number;
  /** The items of the source that the target's were compared with; null: not validated. */
  readonly compared: number | null;
  /** Null: not validated. */
  readonly differences: DifferenceReport | null;
  /** What the items of each side add up to, 64 hexadecimal digits; null: not validated, or not equal. */
  readonly digest: string | null;
  readonly failures: readonly { readonly unit: number; readonly name: string; readonly message: string }[];
}

export interface DifferenceReport {
  readonly total: number;
  readonly missing: number;
  readonly extra: number;
  readonly changed: number;
  /** The counts are of what was looked at; there are more. */
  readonly atLeast: boolean;
  readonly keys: {
    readonly missing: readonly string[];
    readonly extra: readonly string[];
    readonly changed: readonly string[];
  };
}

/** The report of a run, from what the ledger records alone. */
export function copyReport({ run, tables }: RunStatus): CopyReport {
  return {
    run: run.run,
    status: run.status,
    exitCode: run.exitCode ?? 3,
    startedAt: run.startedAt,
    ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
    tables: tables.map(tableReport),
    ...(run.error === undefined ? {} : { error: run.error }),
  };
}

function tableReport({ table, mode, migrate, validate, verdict }: TableStatus): TableReport {
  return {
    table,
    mode,
    items: migrate.items,
    bytes: migrate.sizeBytes,
    itemsPerSecond: migrate.elapsedMs === 0 ? 0 : Math.round((migrate.items * 1_000) / migrate.elapsedMs),
    compared: verdict === undefined ? null : verdict.expectedItems,
    differences: verdict === undefined ? null : differencesOf(verdict),
    digest: verdict?.equal ? (verdict.digest ?? null) : null,
    failures: [...migrate.failures, ...validate.failures],
  };
}

function differencesOf({
  equal,
  differences,
  complete,
  further,
}: NonNullable<TableStatus['verdict']>): DifferenceReport {
  const keys = differences?.keys ?? { missing: [], extra: [], changed: [] };
  const { missing, extra, changed } = differences ?? { missing: 0, extra: 0, changed: 0 };
  const total = equal ? 0 : Math.max(missing + extra + changed + further, 1);
  return { total, missing, extra, changed, atLeast: !equal && !complete, keys };
}

/** The summary for people: a line a table, then the totals. */
export function summaryTable({ tables }: CopyReport): string {
  const table = new Table({
    head: ['table', 'items', 'bytes', 'items/s', 'differences'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of tables)
    table.push([
      row.table,
      row.mode === 'carry' ? itemsText(row) : 'schema only',
      wasCompared(row) ? '' : prettyBytes(row.bytes),
      wasCompared(row) ? '' : row.itemsPerSecond.toLocaleString('en'),
      differencesText(row.differences),
    ]);
  if (tables.length > 1) table.push(totals(tables));
  return table.toString();
}

type Amounts = Pick<TableReport, 'items' | 'compared'>;

/** A run may validate what was carried by others. */
function wasCompared({ items, compared }: Amounts): boolean {
  return items === 0 && compared !== null && compared > 0;
}

function itemsText(row: Amounts): string {
  return wasCompared(row) ? `${(row.compared ?? 0).toLocaleString('en')} compared` : row.items.toLocaleString('en');
}

function totals(tables: readonly TableReport[]): string[] {
  const sum = (value: (row: TableReport) => number): number => tables.reduce((total, row) => total + value(row), 0);
  const judged = tables.flatMap(({ differences }) => (differences === null ? [] : [differences]));
  const total = judged.reduce((all, { total: each }) => all + each, 0);
  const atLeast = judged.some((each) => each.atLeast);
  return [
    'all',
    itemsText({ items: sum((row) => row.items), compared: sum((row) => row.compared ?? 0) }),
    prettyBytes(sum((row) => row.bytes)),
    '',
    judged.length === 0 ? 'not validated' : `${atLeast ? 'at least ' : ''}${total.toLocaleString('en')}`,
  ];
}

/** How many differences, for people. */
export function differencesText(differences: DifferenceReport | null): string {
  if (differences === null) return 'not validated';
  return `${differences.atLeast ? 'at least ' : ''}${differences.total.toLocaleString('en')}`;
}

/** Each differing table's counts and first keys, for people. */
export function differencesTextOf({ tables }: Pick<CopyReport, 'tables'>): string[] {
  return tables.flatMap(({ table, differences }) => {
    if (differences === null || differences.total === 0) return [];
    const { missing, extra, changed, atLeast, keys } = differences;
    const head = `${table}: ${atLeast ? 'at least ' : ''}${missing} missing, ${extra} extra, ${changed} changed`;
    const named = (['missing', 'extra', 'changed'] as const).flatMap((kind) =>
      keys[kind].slice(0, 5).map((key) => `  ${kind} ${key}`),
    );
    return [head, ...named];
  });
}
