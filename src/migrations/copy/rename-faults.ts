import type { Fault } from '../../errors.js';
import type { CopyPlan } from './copy-context.js';
import type { SelectedTable } from './select-tables.js';

/** Faults of what tables are to become: changes of none, and two tables that would become one. */
export function renameFaults({ changes, option }: CopyPlan, tables: readonly SelectedTable[]): Fault[] {
  const carried = new Set(tables.map(({ table }) => table));
  const unused = Object.keys(changes)
    .filter((table) => !carried.has(table))
    .map((table) => ({ field: option(`changes.${table}`), message: 'is not among the tables to be carried' }));
  const doubled = tables.flatMap(({ table, target }, place) => {
    const other = tables[place - 1];
    if (other?.target !== target) return [];
    const message = `tables "${other.table}" and "${table}" would both become "${target}": give each a name of its own`;
    return [{ field: option('changes'), message }];
  });
  return [...unused, ...doubled];
}
