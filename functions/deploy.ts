import type { z } from 'zod';
import type { Clock } from '../src/clock.js';
import { systemClock } from '../src/system-clock.js';
import { attendantHandler, type AttendantHandler } from './attendant-handler.js';
import { deployEvent, type RunToFollow } from './deploy-events.js';

/**
 * Takes a request of CloudFormation for the run of a deployment: says which execution it is to be, and since when it is waited for.
 * `deployed` does the rest, since it is called again when AWS does not answer, and this function is not. A deletion asks for no run.
 */
export function deployHandler(
  { clock }: { readonly clock: Pick<Clock, 'now'> } = { clock: systemClock },
): AttendantHandler {
  return attendantHandler(deployEvent, async (event) => answer(event, clock.now()));
}

function answer(
  event: z.infer<typeof deployEvent>,
  sinceMs: number,
): { PhysicalResourceId: string; Run?: RunToFollow } {
  // The same for ever: another one would make CloudFormation delete the former resource.
  const PhysicalResourceId = event.PhysicalResourceId ?? event.LogicalResourceId;
  if (event.RequestType === 'Delete') return { PhysicalResourceId };
  // A request that comes twice is one execution.
  const name = `deploy-${event.RequestId.replace(/[^A-Za-z0-9-]/g, '-')}`.slice(0, 80);
  return { PhysicalResourceId, Run: { name, sinceMs } };
}
