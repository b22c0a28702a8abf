import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

const detailSchema = z.object({
  ...eventFields,
  execution: z.string(),
  what: z.string(),
  /** It only looked what a run would do: `carryover` shows its forecast. */
  dryRun: z.boolean(),
  startedAt: z.string(),
  /** From its first start to its end, also where it was redriven in between. */
  elapsedMs: z.int().nonnegative(),
  /** Of a run of the version chain: the version of the database before and after, and how many migrations were applied. */
  chain: z
    .object({ from: z.int(), version: z.int(), applied: z.int().nonnegative(), pending: z.int().nonnegative() })
    .optional(),
});

export type RunSucceeded = Readonly<z.infer<typeof detailSchema>>;

/** A run came to its end, and its lock is free: all that was asked for is done, or there was nothing to do. */
export const runSucceeded: EventKind<RunSucceeded> = {
  detailType: 'Run Succeeded',
  name: 'run-succeeded',
  detail: detailSchema,
};
