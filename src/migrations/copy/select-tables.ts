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
  return { tables, faults: unmatchedFaults(input, names, await holdings(source, names)) };
}

/** What there is to be matched, for people. */
async function holdings(source: Store, names: readonly string[]): Promise<string> {
  const { location } = source;
  if (names.length > 0)
    return `${location} holds ${names.slice(0, 10).join(', ')}${names.length > 10 ? `, … (${names.length} in all)` : ''}`;
  const absence = await source.absence?.();
  return absence === undefined ? `${location} holds no tables` : `${absence} in ${location}`;
}

function unmatchedFaults(input: CopyInput, names: readonly string[], known: string): Fault[] {
  return (['tables', 'exclude', 'schemaOnly', 'noValidate'] as const).flatMap((field) =>
    matchTables(names, input[field]).unmatched.map((pattern) => ({
      field: `copy.${field}`,
      message: `"${pattern}" matches no table: ${known}`,
    })),
  );
}
