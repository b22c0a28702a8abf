import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Cursor } from '../../stores/store.js';

/** A safe point inside a partition. */
export const placeSchema = z.strictObject({
  /** The version that it is on the way to. */
  step: z.int(),
  /** Tries that failed in this run. */
  tries: z.int().nonnegative(),
  /** Calls of this run that began here and were not heard of again. Cursors of earlier versions do not have it. */
  starts: z.int().nonnegative().default(0),
  /** Items were counted in this step. */
  counted: z.boolean(),
  /** The last safe point of `migrate`. */
  cursor: z.json().optional(),
});

const cursorSchema = z.strictObject({
  /** The run's fencing token: what was tried without success is tried anew by the next run. */
  token: z.int(),
  /** Index in the chunk. */
  at: z.int().nonnegative(),
  /** Partitions before `at` failed in this run. */
  failed: z.boolean(),
  /** An earlier run recorded failures of this chunk. */
  failedBefore: z.boolean(),
  /** The partition that `inside` is about: that of this index, unless the chunk is another one. */
  partition: z.string().optional(),
  inside: placeSchema.optional(),
});

export type PartitionPlace = z.infer<typeof placeSchema>;

/** Where the work on a chunk is. */
export type ChunkCursor = z.infer<typeof cursorSchema>;

/**
 * Where a call of the run with this token goes on. Another run begins a chunk anew in which partitions failed; what is done
 * by then says so by its version.
 */
export function chunkCursor(from: Cursor | undefined, token: number): ChunkCursor {
  const beginning = { token, at: 0, failed: false, failedBefore: false };
  if (from === undefined) return beginning;
  const { data: cursor } = cursorSchema.safeParse(from);
  if (cursor === undefined) throw new CorruptDataError('the cursor of a chunk of partitions does not parse');
  if (cursor.token === token) return cursor;
  if (cursor.failed) return { ...beginning, failedBefore: true };
  const { inside } = cursor;
  return { ...cursor, token, ...(inside === undefined ? {} : { inside: { ...inside, tries: 0, starts: 0 } }) };
}

/** Behind the partition that the cursor is at. */
export function behind({ token, at, failed, failedBefore }: ChunkCursor, failure: boolean): ChunkCursor {
  return { token, at: at + 1, failed: failed || failure, failedBefore };
}

export function cursorJson(cursor: ChunkCursor): Cursor {
  return cursor as Json;
}
