import pMap from 'p-map';
import type { Fault } from '../../errors.js';
import type { DropFault, Store } from '../../stores/store.js';
import { attemptTables, type AttemptTable } from '../../versions/attempt-tables.js';
import type { CopyForecastContext } from './copy-context.js';
import { describeIfThere } from './describe-if-there.js';
import { isUntouched } from './own-table.js';

/** How many tables are described at a time. */
const concurrency = 8;

/** A table of the target that would be dropped, and what stands against it. */
export interface Drop {
  readonly table: string;
  readonly faults: readonly DropFault[];
}

/** A table that an attempt lists; `resumed`: the attempt is the one that is gone on with. */
export type OwnTable = AttemptTable & { readonly resumed: boolean };

/** The tables that the attempts list; one that is dropped by a fresh start may be listed anew by its successor. */
export async function ownTables({ target, attempts }: CopyForecastContext): Promise<Map<string, OwnTable>> {
  const own = new Map<string, OwnTable>();
  for (const { id, resumed } of attempts)
    for await (const table of attemptTables(target.keyValues, id))
      if (!own.has(table.name)) own.set(table.name, { ...table, resumed });
  return own;
}

/** What a fresh start drops: what earlier attempts created, carried again or not, where it is still the very table. */
export async function freshDrops(target: Store, own: Iterable<OwnTable>): Promise<Drop[]> {
  const earlier = [...own].filter(({ created, resumed }) => created && !resumed);
  const drops = await pMap(earlier, (listed) => freshDrop(target, listed), { concurrency });
  return drops.filter((drop) => drop !== undefined);
}

async function freshDrop(target: Store, listed: OwnTable): Promise<Drop | undefined> {
  const existing = await describeIfThere(target, listed.name);
  if (existing === undefined || !isUntouched(existing, listed)) return undefined;
  const { drop = [] } = await target.preflight(existing, 'target');
  return { table: listed.name, faults: drop };
}

/** Why tables that would be dropped must stay. */
export function dropFaults(drops: readonly Drop[]): Fault[] {
  const dropped = new Set(drops.map(({ table }) => table));
  return drops.flatMap(({ faults }) =>
    faults
      .filter(({ unlessDropped }) => unlessDropped === undefined || !dropped.has(unlessDropped))
      .map(({ field, message }) => ({ field, message })),
  );
}
