import type { TableDescription } from '../../stores/store.js';
import { isWithinStore, type CopyPlan } from './copy-context.js';
import { changeOf, changedDescription } from './table-changes.js';

/** What a table of the source is to be in the target, where it may lie beside itself. */
export function targetDescription(
  { target, changes, from, to }: Pick<CopyPlan, 'target' | 'changes' | 'from' | 'to'>,
  carried: TableDescription,
): TableDescription {
  const description = changedDescription(carried, changeOf(changes, carried.name));
  if (!isWithinStore({ from, to }) || target.beside === undefined) return description;
  return target.beside(description, carried.name);
}
