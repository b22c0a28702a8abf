import type { Fault } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import { matchTables } from '../../stores/table-patterns.js';
import { isWithinStore, type CopyPlan } from './copy-context.js';
import { changeOf } from './table-changes.js';

export interface SelectedTable {
  /** Its name in the source. */
  readonly table: string;
  /** Its name in the target: what people read, and what plans, units and verdicts are kept by. */
  readonly target: string;
  readonly mode: 'carry' | 'schema only';
  readonly validated: boolean;
}

/**
 * The tables of `source` that the input means, in the order of their names in the target; a fault for each pattern that
 * means none. Tables that are created only are part of the selection even when `tables` does not name them.
 */
export async function selectTables(
  plan: Pick<CopyPlan, 'source' | 'from' | 'to' | 'input' | 'changes' | 'option'>,
): Promise<{ tables: SelectedTable[]; faults: Fault[] }> {
  const { source, input, changes } = plan;
  const names: string[] = [];
  // What an unfinished attempt made in the source itself is none of its tables.
  const made = new Set(isWithinStore(plan) ? Object.values(changes).map(({ as }) => as) : []);
  for await (const name of source.tables()) if (!made.has(name)) names.push(name);
  names.sort();
  const included = matchTables(names, [...input.tables, ...input.schemaOnly]);
  const excluded = matchTables(names, input.exclude);
  const schemaOnly = matchTables(names, input.schemaOnly);
  const unvalidated = matchTables(names, input.noValidate);
  const out = new Set(excluded.matched);
  const tables = included.matched
    .filter((table) => !out.has(table))
    .map((table) => ({
      table,
      target: changeOf(changes, table).as ?? table,
      mode: schemaOnly.matched.includes(table) ? ('schema only' as const) : ('carry' as const),
      validated: !unvalidated.matched.includes(table),
    }))
    .sort((a, b) => (a.target < b.target ? -1 : 1));
  return { tables, faults: unmatchedFaults(plan, names, await holdings(source, names)) };
}

/** What there is to be matched, for people. */
async function holdings(source: Store, names: readonly string[]): Promise<string> {
  const { location } = source;
  if (names.length > 0)
    return `${location} holds ${names.slice(0, 10).join(', ')}${names.length > 10 ? `, … (${names.length} in all)` : ''}`;
  const absence = await source.absence?.();
  return absence === undefined ? `${location} holds no tables` : `${absence} in ${location}`;
}

function unmatchedFaults(
  { input, option }: Pick<CopyPlan, 'input' | 'option'>,
  names: readonly string[],
  known: string,
): Fault[] {
  return (['tables', 'exclude', 'schemaOnly', 'noValidate'] as const).flatMap((field) =>
    matchTables(names, input[field]).unmatched.map((pattern) => ({
      field: option(field),
      message: `"${pattern}" matches no table: ${known}`,
    })),
  );
}
