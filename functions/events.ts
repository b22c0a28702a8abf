import { z } from 'zod';
import { badEnds } from '../src/engine/steps/end-execution.js';

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

/** What EventBridge tells of an execution that ended badly: see cdk/end-rule.ts. */
const endEvent = z.object({
  source: z.literal('aws.states'),
  detail: z.looseObject({
    executionArn: z.string(),
    status: z.enum(badEnds),
    redriveCount: z.number().int().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** The queue between the two hands on one at a time. */
const queuedEnd = z
  .object({ Records: z.tuple([z.looseObject({ body: jsonText.pipe(endEvent) })]) })
  .transform(({ Records: [{ body }] }) => body);

/** Abort is called for a run by its execution, for a unit from within a Map, and for an execution that has ended. */
export const abortEvent = z.union([
  queuedEnd,
  z.object({ execution: z.string(), error: errorSchema, redrives: z.number().int() }),
  z.object({ run: runSchema, unit: z.number().int(), phase: z.string(), error: errorSchema }),
]);
