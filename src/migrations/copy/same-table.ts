import type { Fault } from '../../errors.js';
import type { TableDescription } from '../../stores/store.js';
import { isWithinStore, type CopyPlan } from './copy-context.js';

/** DynamoDB's TableId and the like. PostgreSQL's oid is no more than a number of its own database. */
const uniqueEverywhere = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A fault where the table of the source is the very table of the target: another name or address of one store. */
export function sameTableFaults(
  plan: CopyPlan,
  description: TableDescription,
  existing: TableDescription | undefined,
): Fault[] {
  const { source, target, option } = plan;
  if (isWithinStore(plan)) return [];
  if (description.identity !== existing?.identity || !uniqueEverywhere.test(existing.identity)) return [];
  const message = `is the same store as ${option('from')}: tables of ${source.location} are those of ${target.location}; give another`;
  return [{ field: option('to'), message }];
}
