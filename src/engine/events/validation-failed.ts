import { z } from 'zod';
import { eventFields, type EventKind } from './event.js';

/** How many tables an event names. */
export const mostDiffering = 100;

const count = z.int().nonnegative();

const tableSchema = z.object({
  table: z.string(),
  /** Items that were counted on each side. */
  expectedItems: count,
  actualItems: count,
  /** What was found when both sides were read again; absent where that was not possible. */
  missing: count.optional(),
  extra: count.optional(),
  changed: count.optional(),
  /** There are at least so many more differences, in what was not looked at. */
  further: count,
});

const detailSchema = z.object({
  ...eventFields,
  attempt: z.string(),
  version: z.int().nullable(),
  what: z.string(),
  /** Which validation of the attempt. */
  generation: count,
  /** The tables that differ: the first hundred of `tableCount`. */
  tables: z.array(tableSchema).max(mostDiffering),
  tableCount: count,
  /** Shows the keys that differ, which no event tells. */
  command: z.string(),
});

export type ValidationFailed = Readonly<z.infer<typeof detailSchema>>;

/** Source and target differ: nothing was cut over, and the run fails. `Run Failed` follows. */
export const validationFailed: EventKind<ValidationFailed> = {
  detailType: 'Validation Failed',
  name: 'validation-failed',
  detail: detailSchema,
};
