import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

const detailSchema = z.object({
  ...eventFields,
  execution: z.string(),
  what: z.string(),
  /** What it failed with, and in which step. The message holds nothing of the data: see told-error.ts. */
  error: z.object({ name: z.string(), message: z.string(), step: z.string() }),
  /** As of the command line: 1 differences, 2 bad input, 3 failed, 4 another run owns the database. */
  exitCode: z.int(),
  /** The service was asked to freeze, and perhaps not to thaw: it may refuse writes still. */
  mayBeFrozen: z.boolean(),
  /** Shows all that is known of the run. */
  command: z.string(),
  /** What to do then, in one sentence. */
  next: z.string(),
});

export type RunFailed = Readonly<z.infer<typeof detailSchema>>;

/** A run failed, was stopped or ran out of its time. What it did is kept, and is gone on with. */
export const runFailed: EventKind<RunFailed> = {
  detailType: 'Run Failed',
  name: 'run-failed',
  detail: detailSchema,
};
