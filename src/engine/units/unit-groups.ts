import { z } from 'zod';
import { CorruptDataError, InputError } from '../../errors.js';
import type { Ledger, PlanFence } from '../../ledger/ledger.js';
import { maxUnits } from '../../migrations/copy/segment-count.js';
import type { UnitGroup } from '../../migrations/migration.js';
import { inSpreadOrder } from './spread-order.js';

const groupSchema = z.object({ first: z.number().int(), count: z.number().int() });

/** The units of each table, numbered one after the other. */
export type Groups = Map<string, z.infer<typeof groupSchema>>;

const prefix = 'group/';

export async function plannedGroups(ledger: Ledger, scope: string): Promise<Groups> {
  const groups: Groups = new Map();
  for await (const { name, body } of ledger.documents(scope, prefix)) {
    const parsed = groupSchema.safeParse(body);
    if (!parsed.success) throw new CorruptDataError(`${name} of ${scope} in the ledger does not parse`);
    groups.set(name.slice(prefix.length), parsed.data);
  }
  return groups;
}

/** How many units the groups have in all: the number of the next one. */
export function unitCount(groups: Groups): number {
  return [...groups.values()].reduce((next, { first, count }) => Math.max(next, first + count), 0);
}

/** Where units are planned, and for whom. */
export interface PlanPlace {
  readonly scope: string;
  readonly token: number;
  /** The call's: two calls may split a table differently, and one that was given up must not mix its segments into another's. */
  readonly fence: PlanFence;
}

/**
 * Plans the units of a table in `scope`, or lets those that are planned begin anew. The group's document is written
 * after its units, so that a planner killed in between plans the same numbers again.
 */
export async function planGroup(ledger: Ledger, place: PlanPlace, groups: Groups, group: UnitGroup): Promise<void> {
  const planned = groups.get(group.table);
  if (planned !== undefined) {
    if (group.restart) await restart(ledger, place, planned);
    return;
  }
  const { scope, fence } = place;
  const first = unitCount(groups);
  const works = await group.plan(maxUnits - first);
  if (first + works.length > maxUnits) throw tooMany(first + works.length);
  const units = works.map((work, index) => ({ unit: first + index, table: group.table, work }));
  await ledger.planUnits(scope, units, fence);
  fence.assertMaySend();
  await ledger.putDocument(scope, prefix + group.table, { first, count: works.length });
  groups.set(group.table, { first, count: works.length });
}

/** The numbers of the units of a scope that are not done, in the order in which they are to be taken: see inSpreadOrder. */
export async function pendingUnits(ledger: Ledger, scope: string, count: number): Promise<number[]> {
  const pending: number[] = [];
  for await (const unit of ledger.units(scope, count)) if (!unit.done) pending.push(unit.unit);
  return inSpreadOrder(pending);
}

async function restart(
  ledger: Ledger,
  { scope, token, fence }: PlanPlace,
  { first, count }: { first: number; count: number },
): Promise<void> {
  for (let unit = first; unit < first + count; unit++) {
    const record = await ledger.unit(scope, unit);
    if (record === undefined) throw new CorruptDataError(`unit ${unit} of ${scope} is not in the ledger`);
    fence.assertMaySend();
    await ledger.resetUnit(scope, { unit, table: record.table, work: record.work }, token);
  }
}

function tooMany(units: number): InputError {
  const message = `the migration makes ${units} units or more, and a run has at most ${maxUnits}: carry fewer tables in one run, or set fewer segments`;
  return new InputError([{ field: 'units', message }]);
}
