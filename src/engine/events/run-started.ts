import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

/** EventBridge takes 256 KB an entry. A longer input is left to the ledger. */
export const mostInputBytes = 100_000;

const detailSchema = z.object({
  ...eventFields,
  /** The ARN of the execution; on a laptop, the run. */
  execution: z.string(),
  /** Who started it, and where it runs. */
  who: z.string(),
  where: z.string(),
  /** What it was asked for, in one line. */
  what: z.string(),
  /** The same as it was given: names of stores and tables, no secrets. Null where it is longer than 100,000 bytes. */
  input: z.unknown(),
  /** It only looks what a run would do. */
  dryRun: z.boolean(),
  /** How often the execution was redriven. */
  redrives: z.int().nonnegative(),
});

export type RunStarted = Readonly<z.infer<typeof detailSchema>>;

/** A run began: its input was read, and it is about to look for what is to be done. */
export const runStarted: EventKind<RunStarted> = {
  detailType: 'Run Started',
  name: 'run-started',
  detail: detailSchema,
};
