import { attemptRecord, scopes } from '../../src/engine/attempts/attempt-record.js';
import type { Ledger, UnitRecord } from '../../src/ledger/ledger.js';
import { rowOfKey, tables, type RowCounts, type TableName } from './source-rows.js';

/** What the saved checkpoint of a unit of Migrate covers. */
export interface Covered {
  readonly unit: number;
  readonly table: string;
  /** Rows in the order of the key: after the first number, up to the second one. */
  readonly after: number;
  readonly through: number;
  /** What the ledger has counted. */
  readonly items: number;
  readonly done: boolean;
  /** How often the unit was flushed: the number of an archive's next part. */
  readonly position: number;
}

/** All units of Migrate of the newest attempt. */
export async function coveredRows({ ledger, rows }: { ledger: Ledger; rows: RowCounts }): Promise<Covered[]> {
  for await (const { attempt } of ledger.runs()) {
    if (attempt === undefined) continue;
    const covered: Covered[] = [];
    const { migrate } = await attemptRecord(ledger, attempt);
    for await (const unit of ledger.units(scopes.migrate(attempt), migrate)) covered.push(coveredBy(unit, rows));
    return covered;
  }
  return [];
}

function coveredBy({ unit, table, work, cursor, items, done }: UnitRecord, rows: RowCounts): Covered {
  const { after: low, through: high } = (work as unknown as Work).range;
  const { at, position = 0 } = (cursor ?? {}) as unknown as Cursor;
  const after = low === null ? -1 : rowOfKey(table, low);
  const last = high === null ? rows[table as TableName] - 1 : rowOfKey(table, high);
  const through = done ? last : at === undefined ? after : rowOfKey(table, at.after);
  return { unit, table, after, through, items, done, position };
}

interface Work {
  readonly range: { readonly after: string[] | null; readonly through: string[] | null };
}

interface Cursor {
  readonly at?: { readonly after: string[] };
  readonly position?: number;
}

/** Units whose count is not the number of rows that their checkpoint covers. */
export function miscounted(covered: readonly Covered[]): Covered[] {
  return covered.filter(({ after, through, items }) => items !== through - after);
}

/** The labels of all rows that are covered. */
export function coveredLabels(covered: readonly Covered[]): string[] {
  return covered.flatMap(({ table, after, through }) =>
    Array.from({ length: through - after }, (_, at) => `${table}/${after + 1 + at}`),
  );
}

/** What the ledger has counted for each table. */
export function countedRows(covered: readonly Covered[]): Record<string, number> {
  const sum = (table: string): number =>
    covered.reduce((total, unit) => (unit.table === table ? total + unit.items : total), 0);
  return Object.fromEntries(tables.map((table) => [table, sum(table)]));
}
