import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

/** The steps that are told of: those that a person waits for. */
export const toldSteps = ['setup', 'migrate', 'validate', 'complete', 'cleanup'] as const;

const detailSchema = z.object({
  ...eventFields,
  step: z.enum(toldSteps),
  attempt: z.string(),
  /** The version that the migration leads to; null for a copy, an export and an import. */
  version: z.int().nullable(),
  /** What the step worked on, in one line. */
  what: z.string(),
  /** Which round of units: 0, unless the migration plans several. */
  round: z.int().nonnegative(),
  /** Of setup, how many units the attempt has; of migrate and validate, how many are done: all of them. */
  units: z.int().nonnegative().optional(),
  /** What the attempt has carried, also in earlier runs; of validate, what was read on both sides. */
  items: z.int().nonnegative().optional(),
  sizeBytes: z.int().nonnegative().optional(),
  /** From the first claim of a unit to the last checkpoint, with the pauses between runs. */
  elapsedMs: z.int().nonnegative().optional(),
});

export type StepFinished = Readonly<z.infer<typeof detailSchema>>;

/** A step of a run came to its end well. */
export const stepFinished: EventKind<StepFinished> = {
  detailType: 'Step Finished',
  name: 'step-finished',
  detail: detailSchema,
};
