import { z } from 'zod';

/** What the state machine passes to the functions: see the Parameters of its states. */
const runSchema = z.looseObject({
  id: z.string(),
  owner: z.string(),
  attempt: z.string(),
  token: z.number().int(),
  version: z.number().int().optional(),
  only: z.literal('cleanup').optional(),
});

const errorSchema = z.looseObject({ Error: z.string(), Cause: z.string().optional() });

export const beginEvent = z.object({ execution: z.string(), input: z.unknown() });

export const stepEvent = z.object({ run: runSchema });

/** `located`: Locate has named the keys. The state machine says so, so that a Judge that is tried again after a lost answer does not. */
export const judgeEvent = stepEvent.extend({ located: z.boolean() });

export const unitEvent = z.object({ run: runSchema, unit: z.number().int().min(0) });

/** Abort is called for a run by its execution, and for a unit from within a Map. */
export const abortEvent = z.union([
  z.object({ execution: z.string(), error: errorSchema, redrives: z.number().int() }),
  z.object({ run: runSchema, unit: z.number().int(), phase: z.string(), error: errorSchema }),
]);
