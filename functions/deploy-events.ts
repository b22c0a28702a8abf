import { z } from 'zod';

/** What `deploy` answers for a run that is to follow, and the framework hands on to `deployed` at each of its calls. */
const runToFollow = z.object({
  /** The name of the execution. */
  name: z.string(),
  /** When the deployment came to it, epoch milliseconds. */
  sinceMs: z.number(),
});

export type RunToFollow = z.infer<typeof runToFollow>;

/** A request of CloudFormation, as the framework of custom resources hands it on. It also holds a signed URL, and is never logged. */
export const deployEvent = z.looseObject({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  /** The same when CloudFormation sends a request again. */
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

/** The same request, with what `deploy` answered. */
export const deployedEvent = z.looseObject({
  StackId: z.string(),
  /** The input of the execution, as JSON. */
  ResourceProperties: z.looseObject({ input: z.string() }),
  Run: runToFollow.optional(),
});
