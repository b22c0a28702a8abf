import { pMapIterable } from 'p-map';
import { InputError } from '../../errors.js';
import { assertPartitionId, partitionEntries, partitionEntry } from '../../versions/partition-versions.js';
import type { PartitionEntry } from '../../versions/partition-versions.js';
import type { PartitionContext } from '../definition.js';
import type { ForEachPartitionOptions } from './partition-options.js';

/** From where a listing goes on: behind this id of those that are registered, or behind so many of a listing of the user's. */
export type ListingPlace = string | number;

export interface ListedPartition {
  readonly id: string;
  /** Undefined: it has no entry, and with it the version at which the database came under Carryover's care. */
  readonly entry: PartitionEntry | undefined;
  /** The listing goes on here behind it. */
  readonly place: ListingPlace;
}

/** Versions that are looked up at a time: together with as many that wait to be looked at, all that is held of a listing. */
const lookUps = 16;

/**
 * The partitions with what is known of each, from `from` on. Holds some dozens of them, however many there are. Throws
 * InputError for what is no id.
 */
export async function* listPartitions(
  code: ForEachPartitionOptions,
  context: PartitionContext,
  from?: ListingPlace,
): AsyncGenerator<ListedPartition, void, undefined> {
  const kv = context.database.keyValues;
  if (code.partitions === undefined) {
    for await (const { id, entry } of partitionEntries(kv, typeof from === 'string' ? from : undefined))
      if (id !== from) yield { id, entry, place: id };
    return;
  }
  const numbered = numberedFrom(code.partitions(context), typeof from === 'number' ? from : 0);
  yield* pMapIterable(numbered, async ({ id, place }) => ({ id, place, entry: await partitionEntry(kv, id) }), {
    concurrency: lookUps,
    backpressure: 2 * lookUps,
  });
}

/** Whether there is a partition of this id: it is registered, or the listing has it. */
export async function isPartition(
  code: ForEachPartitionOptions,
  context: PartitionContext,
  id: string,
): Promise<boolean> {
  if ((await partitionEntry(context.database.keyValues, id)) !== undefined) return true;
  if (code.partitions === undefined) return false;
  for await (const listed of code.partitions(context)) if (listed === id) return true;
  return false;
}

async function* numberedFrom(
  ids: AsyncIterable<unknown> | Iterable<unknown>,
  skipped: number,
): AsyncGenerator<{ id: string; place: number }, void, undefined> {
  let place = 0;
  for await (const id of ids) {
    place += 1;
    if (place <= skipped) continue;
    assertListed(id, place);
    yield { id, place };
  }
}

function assertListed(id: unknown, place: number): asserts id is string {
  try {
    assertPartitionId(id);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const message = error.faults.map((fault) => fault.message).join('; ');
    throw new InputError([{ field: `partitions, the ${place}. of them`, message }]);
  }
}
