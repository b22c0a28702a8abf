import { UnitsFailedError } from '../../errors.js';
import type { MigrationDefinition, PartitionedStep, Stage } from '../definition.js';
import type { Migration, MigrationContext } from '../migration.js';
import { forecastPartitions } from './forecast-partitions.js';
import { migrateChunk } from './migrate-chunk.js';
import { openedStep, planKind, type OpenedStep } from './opened-step.js';
import { partitionOptions, type ForEachPartitionOptions } from './partition-options.js';
import { planRound } from './plan-round.js';
import { RoundPlan } from './round-plan.js';
import { userSteps } from './user-steps.js';

export type { ForEachPartitionOptions } from './partition-options.js';

/**
 * A migration that brings each partition (a tenant, a customer) to the next version by itself, in waves: see
 * docs/migrations/for-each-partition.md. Throws InputError with all that is wrong with the options.
 */
export function forEachPartition(given: ForEachPartitionOptions): MigrationDefinition {
  const options = partitionOptions(given);
  const partitioned: PartitionedStep = {
    migrate: (partition, context, from) => userSteps(given, partition, context, from),
  };
  const { when, onRerun, stores } = given;
  return {
    kind: 'for-each-partition',
    leavesNothing: true,
    partitioned,
    ...(when === undefined ? {} : { when }),
    ...(onRerun === undefined ? {} : { onRerun }),
    ...(stores === undefined ? {} : { stores }),
    open: (stage: Stage) => Promise.resolve(migration(openedStep(stage, options, partitioned))),
  };
}

function migration(step: OpenedStep): Migration {
  return {
    // What the code of a partition sends is not counted.
    checkpoints: 'timed',
    forecast: (context) => forecastPartitions(step, context),
    setup: (context, from) => planRound(step, context, from),
    migrate: (unit, from, context) => migrateChunk(step, unit, from, context),
    expects: nothing,
    judge: (context) => judge(step, context),
    complete: nothing,
    cleanup: () => Promise.resolve(true),
  };
}

/**
 * Once more, as long as a round finds partitions that lag: so the last one has looked when all others were done, also at
 * those that came meanwhile. A wave that found none says that there are none for the waves after it, if this very run looked:
 * what an earlier run saw may be days old, or of a database that was set back to a backup since. Throws UnitsFailedError
 * when that comes to no end.
 */
async function judge(step: OpenedStep, context: MigrationContext): Promise<'complete' | 'again'> {
  const { stage } = step;
  if (stage.partition !== undefined) return 'complete';
  const { chunks, taken, token } = await roundPlan(step, context, context.round).progress();
  if (token !== context.fence.token) return 'again';
  if (chunks === 0) return 'complete';
  await assertComesToAnEnd(step, context, taken);
  return 'again';
}

/** Each round takes some 31 of the 25,000 events that an execution of the state machine may have. */
const mostLateRounds = 100;

/** Throws UnitsFailedError when so many rounds of this run after the waves have all found partitions that lag. */
async function assertComesToAnEnd(step: OpenedStep, context: MigrationContext, taken: number): Promise<void> {
  const { stage, options } = step;
  const first = context.round - mostLateRounds + 1;
  if (first < options.waves.length) return;
  // Rounds of earlier runs are none of this one's: the code may have been replaced meanwhile.
  if ((await roundPlan(step, context, first).progress()).token !== context.fence.token) return;
  throw new UnitsFailedError(
    `${mostLateRounds} rounds after the waves all found partitions below version ${stage.version}, the last one ${taken}: ` +
      'code of an earlier version still runs and makes new ones. Deploy the newer code everywhere first, then run again',
  );
}

function roundPlan({ stage }: OpenedStep, { ledger, attempt }: MigrationContext, round: number): RoundPlan {
  return new RoundPlan(ledger, attempt, planKind(stage), round);
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
