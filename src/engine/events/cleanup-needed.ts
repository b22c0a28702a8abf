import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

/** How many tables an event names: an entry of EventBridge takes 256 KB. */
export const mostNamed = 100;

const leftSchema = z.object({
  /** The name of the declared store, and the table in it. */
  store: z.string(),
  table: z.string(),
  /** Not to be dropped before this time, ISO 8601. Absent: it may go at once. */
  notBefore: z.string().optional(),
  why: z.string().optional(),
});

const detailSchema = z.object({
  ...eventFields,
  attempt: z.string(),
  /** The version of the database; null where its state could not be read. */
  version: z.int().nullable(),
  /** The place of the database, without secrets. */
  database: z.string(),
  /** What is left over: the first hundred of `leftCount`. */
  left: z.array(leftSchema).max(mostNamed),
  leftCount: z.int().nonnegative(),
  /** Why `left` may lack something: what could not be read. */
  unknown: z.string().optional(),
  /** What the run failed with. */
  error: z.object({ name: z.string(), message: z.string(), step: z.string() }),
  /** What finishes it, once its cause is mended. */
  command: z.string(),
});

export type LeftOver = Readonly<z.infer<typeof leftSchema>>;
export type CleanupNeeded = Readonly<z.infer<typeof detailSchema>>;

/** A run failed after the version was written: the data is at the new version, and something is left to be removed. */
export const cleanupNeeded: EventKind<CleanupNeeded> = {
  detailType: 'Cleanup Needed',
  name: 'cleanup-needed',
  detail: detailSchema,
};
