import { InputError } from '../../errors.js';
import { noUsage, type Cursor } from '../../stores/store.js';
import type { Stage } from '../definition.js';
import type { Migration, MigrationContext, Progress, SetupProgress } from '../migration.js';
import { decodeMarker, encodeMarker, markerPlace, statementsDigest, type SqlMarker } from './marker.js';
import { forecastSql } from './forecast-sql.js';
import { changedFault, faultsOf, runnerOf, type SqlStep } from './sql-step.js';

/** The migration at work: one unit, whose one step is the transaction. */
export function openSql(
  stage: Stage,
  { statements, store }: { readonly statements: readonly string[]; readonly store: string | undefined },
): Migration {
  const other = store === stage.database ? undefined : store;
  const step: SqlStep = {
    stage,
    statements,
    target: (home) => (other === undefined ? Promise.resolve(home) : stage.openStore(other)),
    elsewhere: other === undefined ? undefined : stage.database,
  };
  return {
    forecast: ({ home }) => forecastSql(step, home),
    setup: ({ round }, from) => planUnit(stage, round, from),
    migrate: (_, from, context) => migrate(step, from, context),
    expects: nothing,
    judge: (context) => judge(step, context),
    complete: nothing,
    cleanup: () => Promise.resolve(true),
  };
}

async function* planUnit({ name }: Stage, round: number, from: Cursor | undefined): AsyncIterable<SetupProgress> {
  if (from !== undefined) return;
  const table = round === 0 ? name : `${name}, again ${round}`;
  yield { group: { table, restart: false, plan: () => Promise.resolve([null]) } };
  yield { cursor: 'planned' };
}

/** One transaction is one safe point. */
async function* migrate(step: SqlStep, from: Cursor | undefined, context: MigrationContext): AsyncIterable<Progress> {
  if (from !== undefined) return;
  const { items } = await transact(step, context);
  const requests = step.statements.length;
  yield { cursor: 'done', items, sizeBytes: 0, usage: { ...noUsage, requests } };
}

/** A database that was set back since has no marker any more, whatever the ledger says of the unit: then they run again. */
async function judge({ stage, target, elsewhere }: SqlStep, { home }: MigrationContext): Promise<'complete' | 'again'> {
  const { partition, key } = markerPlace(stage.version, elsewhere);
  const marker = await (await target(home)).keyValues.get(partition, key);
  return marker === undefined ? 'again' : 'complete';
}

/** The marker, whether it was there or is written now. Throws InputError when it is there for other statements. */
async function transact(
  { stage, statements, target, elsewhere }: SqlStep,
  context: MigrationContext,
): Promise<SqlMarker> {
  const { home, attempt, clock } = context;
  const store = await target(home);
  const digest = statementsDigest(statements);
  const at = new Date(clock.now()).toISOString();
  try {
    const done = await runnerOf(store).transact(statements, {
      marker: {
        ...markerPlace(stage.version, elsewhere),
        value: (items) => encodeMarker({ digest, at, attempt, items }),
      },
      fence: context.fenceFor(store),
      ending: () => context.ending(),
    });
    const marker = decodeMarker(done.marker);
    if (marker.digest !== digest) throw new InputError([changedFault(marker)]);
    return marker;
  } catch (error) {
    throw error instanceof InputError ? new InputError(faultsOf(stage, error.faults)) : error;
  }
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
