import { forgetAttempt } from '../../versions/attempt-tables.js';
import type { Cursor } from '../../stores/store.js';
import { keyValueTable } from '../../stores/key-value-table.js';
import type { Migration, MigrationContext, SetupContext, SetupProgress, StepProgress } from '../migration.js';
import { carryUnit } from './carry-unit.js';
import { dropEarlier } from './drop-earlier.js';
import { forecastLeg } from './forecast-leg.js';
import { comparedEntries, legExpectations } from './leg-expectations.js';
import { targetTables, type Leg } from './leg.js';
import { prepareLeg } from './prepare-leg.js';

/** What a leg is as a migration of its own: an export or an import alone, and a part of what does both. */
export type LegMigration = Migration & Required<Pick<Migration, 'transformed'>>;

/** Carries the entries of packages one way, and proves for each package that all of them are there and no others. */
export function legMigration(leg: Leg): LegMigration {
  return {
    forecast: (context) => forecastLeg(leg, context),
    setup: (context, from) => setup(leg, context, from),
    migrate: (unit, from, context) => carryUnit(unit, from, { ...context, leg }),
    async *expects(_context, after) {
      yield* legExpectations(leg, after);
    },
    transformed: (title, items, context, of) => comparedEntries({ ...context, leg }, title, items, of),
    complete: (context) => finishTables(leg, context),
    cleanup: ({ attempt, ending }) => forgetAttempt(leg.target.keyValues, attempt, ending),
  };
}

/** How far Setup is: with what earlier attempts left, or with what this one makes. */
type SetupCursor = { readonly dropping: true } | { readonly dropped: true };

async function* setup(leg: Leg, context: SetupContext, from: Cursor | undefined): AsyncIterable<SetupProgress> {
  if (isDropping(from)) {
    yield* dropEarlier({ ...context, leg });
    yield { cursor: { dropped: true } satisfies SetupCursor };
  }
  yield* prepareLeg({ ...context, leg });
}

/** Whether what earlier attempts left may be there still, where Setup goes on from this cursor. */
export function isDropping(from: Cursor | undefined): boolean {
  return from === undefined || 'dropping' in (from as SetupCursor);
}

/** An archive gets its manifests; elsewhere nothing is left to be done. */
async function* finishTables(leg: Leg, context: MigrationContext): AsyncIterable<StepProgress> {
  const { target } = leg;
  for (const table of targetTables(leg))
    while (!(await target.finish(keyValueTable(target.engine, table), context.fenceFor(target)))) yield { wait: true };
}
