import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Ledger, UnitRecord } from '../../ledger/ledger.js';
import { noUsage, type Cursor } from '../../stores/store.js';
import type { MigrationContext, Progress } from '../migration.js';
import { behind, chunkCursor, cursorJson, type ChunkCursor } from './chunk-cursor.js';
import { forgetFailures, reportFailures } from './failed-partitions.js';
import { migratePartition } from './migrate-partition.js';
import { baselineVersion, planKind, type OpenedStep } from './opened-step.js';
import { RoundPlan } from './round-plan.js';

const workSchema = z.strictObject({ round: z.int(), chunk: z.int() });

/**
 * Migrates the partitions of a unit, one after the other. One that fails is left behind with its error; when all others
 * are done, throws PartitionsFailedError.
 */
export async function* migrateChunk(
  step: OpenedStep,
  unit: UnitRecord,
  from: Cursor | undefined,
  context: MigrationContext,
): AsyncGenerator<Progress, void, undefined> {
  const { round, chunk } = workOf(unit);
  const ids = await plannedIds(step, context.ledger, context.attempt, round, chunk);
  const baseline = await baselineVersion(context.home.keyValues);
  const call = { recorded: false };
  let cursor = chunkCursor(from, context.fence.token);
  for (let id = ids[cursor.at]; id !== undefined; id = ids[cursor.at]) {
    const at: ChunkCursor = { ...cursor, partition: id };
    const inside = cursor.partition === id ? cursor.inside : undefined;
    const outcome = yield* migratePartition({ step, context, baseline, partition: id, call }, inside, (place, items) =>
      progress(withPlace(at, place), items),
    );
    cursor = behind(cursor, outcome === 'failed');
    yield progress(cursor, 0);
  }
  const place = { round, chunk };
  if (cursor.failed) await reportFailures({ step, context, baseline, ids }, place);
  else if (cursor.failedBefore) await forgetFailures(context, place);
}

function withPlace(cursor: ChunkCursor, inside: ChunkCursor['inside']): ChunkCursor {
  const { inside: _before, ...rest } = cursor;
  return inside === undefined ? rest : { ...rest, inside };
}

/** Requests are not counted: what `migrate` sends is not known. */
function progress(cursor: ChunkCursor, items: number): Progress {
  return { cursor: cursorJson(cursor), items, sizeBytes: 0, usage: noUsage };
}

function workOf({ unit, scope, work }: UnitRecord): z.infer<typeof workSchema> {
  const { data } = workSchema.safeParse(work);
  if (data === undefined) throw new CorruptDataError(`unit ${unit} of ${scope} is no chunk of partitions`);
  return data;
}

function plannedIds(
  { stage }: OpenedStep,
  ledger: Ledger,
  attempt: string,
  round: number,
  chunk: number,
): Promise<readonly string[]> {
  return new RoundPlan(ledger, attempt, planKind(stage), round).chunk(chunk);
}
