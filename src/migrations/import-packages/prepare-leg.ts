import { InputError } from '../../errors.js';
import type { Json } from '../../json.js';
import { keyValueTable } from '../../stores/key-value-table.js';
import type { Segment } from '../../stores/store.js';
import { attemptTable, putAttemptTable } from '../../versions/attempt-tables.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import { dropped } from '../copy/dropped.js';
import { isOwn, isPlannedElsewhere } from '../copy/own-table.js';
import { segmentCount } from '../copy/segment-count.js';
import type { SetupContext, SetupProgress } from '../migration.js';
import { mostLegSegments, targetTables, type Leg, type Parcel } from './leg.js';
import { parcelPlan, saveParcelPlan, type ParcelPlan } from './parcel-plan.js';
import { assertTakes } from './target-faults.js';

type LegSetup = SetupContext & { readonly leg: Leg };

/**
 * Makes the tables of the target, and plans the units of each package. In every order of crashes: a table is listed in
 * the attempt before it is made, units begin anew before the plan names the new table, and the plan is written last.
 */
export async function* prepareLeg(context: LegSetup): AsyncIterable<SetupProgress> {
  const { leg, ledger, attempt } = context;
  for (const table of targetTables(leg)) {
    const parcels = leg.parcels.filter((parcel) => parcel.table === table);
    const plans = await Promise.all(parcels.map((parcel) => parcelPlan(ledger, attempt, parcel)));
    const existing = await describeIfThere(leg.target, table);
    const planned = plans.every((plan) => plan !== undefined && plan.targetIdentity === existing?.identity);
    const targetIdentity = planned ? (existing?.identity ?? '') : yield* made(context, table);
    for (const [index, parcel] of parcels.entries()) yield* plan(context, parcel, targetIdentity, plans[index]);
  }
}

/** The table of the target, which this attempt makes, or which is there and empty; returns its identity. */
async function* made(context: LegSetup, table: string): AsyncGenerator<SetupProgress, string> {
  const { leg, attempt, ledgerId } = context;
  const { target } = leg;
  const fence = context.fenceFor(target);
  const listed = await attemptTable(target.keyValues, attempt, table);
  const existing = await describeIfThere(target, table);
  const own = existing !== undefined && isOwn(existing, listed);
  if (own && !target.capabilities.merge && isPlannedElsewhere(existing, listed, ledgerId))
    yield* dropped({ target, fence }, table);
  const taken = existing !== undefined && !own;
  if (taken) await assertTakes(leg, existing, listed);
  const writeIds = leg.parcels.filter((parcel) => parcel.table === table).map((parcel) => parcel.writeId(attempt));
  const listing = taken ? { name: table, created: false, writeIds } : { name: table, created: true };
  // A table that is filled already stays listed as the very one.
  await putAttemptTable(target.keyValues, attempt, taken ? { ...listing, identity: existing.identity } : listing);
  await assertOtherStore(leg, attempt, table);
  for (;;) {
    const { ready, identity } = await target.create(keyValueTable(target.engine, table), fence);
    if (ready) {
      await putAttemptTable(target.keyValues, attempt, { ...listing, identity, ledger: ledgerId });
      return identity;
    }
    yield { wait: true };
  }
}

/**
 * Throws InputError when what was just listed in the target is in the source too: then they are one store by two names, and what
 * is removed from the one would be gone from the other.
 */
async function assertOtherStore({ from, to, source, option }: Leg, attempt: string, table: string): Promise<void> {
  if (from === to || (await attemptTable(source.keyValues, attempt, table)) === undefined) return;
  const message = `"${to}" is the same store as "${from}" (${source.location}), by another address or as its replica: give one name`;
  throw new InputError([{ field: option('to'), message }]);
}

async function* plan(
  context: LegSetup,
  parcel: Parcel,
  targetIdentity: string,
  known: ParcelPlan | undefined,
): AsyncIterable<SetupProgress> {
  const { leg, ledger, attempt } = context;
  const sources = await sourcesOf(leg, parcel);
  assertSame(leg, sources, known);
  if (known?.targetIdentity === targetIdentity) return;
  yield { group: { table: parcel.title, restart: true, plan: () => segments(context, parcel) } };
  await saveParcelPlan(ledger, attempt, { title: parcel.title, targetIdentity, sources });
}

async function sourcesOf({ source }: Leg, { tables }: Parcel): Promise<ParcelPlan['sources']> {
  const sources: ParcelPlan['sources'] = [];
  for (const table of tables) {
    const { identity } = await source.describe(table);
    sources.push({ table, identity });
  }
  return sources;
}

/** Checkpoints speak of the tables as they were planned; another one of the same name would be carried in part. */
function assertSame({ source }: Leg, sources: ParcelPlan['sources'], known: ParcelPlan | undefined): void {
  if (known === undefined) return;
  const faults = sources
    .filter(({ table, identity }) => known.sources.find((one) => one.table === table)?.identity !== identity)
    .map(({ table }) => ({
      field: `table "${table}"`,
      message: `was made anew in ${source.location} since this attempt began: start again with fresh`,
    }));
  if (faults.length > 0) throw new InputError(faults);
}

async function segments({ leg, settings }: LegSetup, { tables }: Parcel): Promise<readonly Json[]> {
  const { source } = leg;
  const all: Segment[] = [];
  for (const table of tables) {
    const wanted = segmentCount(await source.describe(table), settings);
    all.push(...(await source.split(table, Math.min(wanted, mostLegSegments(leg)))));
  }
  return all as unknown as Json[];
}
