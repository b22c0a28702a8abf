import type { Fault } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import { matchTables } from '../../stores/table-patterns.js';
import type { CopyInput } from './copy-input.js';

export interface SelectedTable {
  readonly table: string;
  readonly mode: 'carry' | 'schema only';
  readonly validated: boolean;
}

/**
 * The tables of `source` that the input means, sorted by name; a fault for each pattern that means none. Tables that
 * are created only are part of the selection even when `tables` does not name them.
 */
export async function selectTables(
  source: Store,
  input: CopyInput,
): Promise<{ tables: SelectedTable[]; faults: Fault[] }> {
  const names: string[] = [];
  for await (const name of source.tables()) names.push(name);
  names.sort();
  const included = matchTables(names, [...input.tables, ...input.schemaOnly]);
  const excluded = matchTables(names, input.exclude);
  const schemaOnly = matchTables(names, input.schemaOnly);
  const unvalidated = matchTables(names, input.noValidate);
  const out = new Set(excluded.matched);
  const tables = included.matched
    .filter((table) => !out.has(table))
    .sort()
    .map((table) => ({
      table,
      mode: schemaOnly.matched.includes(table) ? ('schema only' as const) : ('carry' as const),
      validated: !unvalidated.matched.includes(table),
    }));
  return { tables, faults: unmatchedFaults(input, names, source.location) };
}

function unmatchedFaults(input: CopyInput, names: readonly string[], location: string): Fault[] {
  const known =
    names.length === 0
      ? `${location} holds no tables`
      : `${location} holds ${names.slice(0, 10).join(', ')}${names.length > 10 ? `, … (${names.length} in all)` : ''}`;
  return (['tables', 'exclude', 'schemaOnly', 'noValidate'] as const).flatMap((field) =>
    matchTables(names, input[field]).unmatched.map((pattern) => ({
      field: `copy.${field}`,
      message: `"${pattern}" matches no table: ${known}`,
    })),
  );
}
