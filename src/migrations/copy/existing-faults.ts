import type { Fault } from '../../errors.js';
import type { TableDescription } from '../../stores/store.js';
import { isWithinStore, type CopyPlan } from './copy-context.js';
import type { SelectedTable } from './select-tables.js';

/** What is wrong with a table that is in the target already and is not the attempt's own. */
export function existingFaults(plan: CopyPlan, table: string): Fault[] {
  const { input, target, option } = plan;
  // Only Setup touches tables; the other steps need them there.
  if (!input.steps.includes('setup')) return [];
  const { location, capabilities } = target;
  if (isWithinStore(plan)) {
    const message = `table "${table}" is in ${location} already, which tables are carried from and to: give it a name that is free, with "as"`;
    return [{ field: option('changes'), message }];
  }
  const field = option('onExisting');
  if (input.onExisting === 'fail') {
    const choice = capabilities.merge ? '"replace" or "merge"' : '"replace"';
    return [{ field, message: `table "${table}" is in ${location} already: exclude it, or choose ${choice}` }];
  }
  if (input.onExisting === 'merge' && !capabilities.merge)
    return [
      {
        field,
        message: `table "${table}" is in ${location} already, and this kind of store cannot merge: choose "replace"`,
      },
    ];
  // A dry run shows what would be dropped, so that it can be listed.
  if (input.onExisting === 'replace' && !input.dryRun && !input.replace.includes(table))
    return [
      {
        field: option('replace'),
        message: `table "${table}" of ${location} would be dropped, and must be listed to allow it`,
      },
    ];
  return [];
}

/** Without Setup nobody makes the table that is to be filled or validated. */
export function absentFaults({ input, target }: CopyPlan, { target: table, mode, validated }: SelectedTable): Fault[] {
  const { steps } = input;
  if (steps.includes('setup') || mode !== 'carry' || !(steps.includes('migrate') || validated)) return [];
  return [
    { field: `table "${table}"`, message: `is not in ${target.location}: add the step "setup", which creates it` },
  ];
}

/** Items can be merged only into a table of the same key. */
export function mergeFaults({ input }: CopyPlan, { name, key }: TableDescription, existing: TableDescription): Fault[] {
  if (input.onExisting !== 'merge') return [];
  const text = (columns: TableDescription['key']): string =>
    columns.map((column) => `${column.name} ${column.type}`).join(', ');
  if (text(key) === text(existing.key)) return [];
  const message = `has the key (${text(key)}) in the source and (${text(existing.key)}) in the target: they cannot be merged`;
  return [{ field: `table "${name}"`, message }];
}
