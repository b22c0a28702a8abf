import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { z } from 'zod';
import { environment } from '../src/environment.js';
import { attendantHandler, type AttendantHandler, type Reports } from './attendant-handler.js';
import { setByStack } from './aws/set-by-stack.js';
import { openStateMachine, type StateMachine } from './aws/state-machine.js';

/** What the schedule sends: see cdk/starts/start-schedule.ts. */
const startEvent = z.object({
  /** The time that this start was due: the same for each delivery of it. */
  scheduledTime: z.string().min(1).max(60),
  input: z.looseObject({}),
});

export interface StartDependencies {
  readonly machine: Pick<StateMachine, 'underWay' | 'start'>;
}

/**
 * Starts an execution when its time has come, unless one is under way: that one is left alone, and the next time is waited for.
 * A start that is delivered twice has the same name, and is one execution.
 */
export function startHandler(deps: StartDependencies = onAws()): AttendantHandler {
  return attendantHandler(startEvent, (event, reports) => start(event, deps, reports));
}

async function start(
  { scheduledTime, input }: z.infer<typeof startEvent>,
  { machine }: StartDependencies,
  { logger, metrics }: Reports,
): Promise<unknown> {
  // Names of executions have no colons.
  const name = `schedule-${scheduledTime.replace(/[^A-Za-z0-9-]/g, '-')}`;
  const underWay = await machine.underWay();
  if (underWay.includes(name)) {
    logger.info('This start was delivered before', { execution: name });
    return { execution: name };
  }
  if (underWay.length > 0) {
    logger.warn('Another execution is under way: this start is skipped', { execution: name, underWay });
    metrics.addMetric('StartsSkipped', MetricUnit.Count, 1);
    return { skipped: name, underWay };
  }
  const began = await machine.start(name, JSON.stringify(input));
  logger.info(began ? 'Started' : 'This start was delivered before, and its execution has ended', { execution: name });
  return { execution: name };
}

function onAws(): StartDependencies {
  return { machine: openStateMachine(() => setByStack('CARRYOVER_STATE_MACHINE_ARN', environment.stateMachineArn())) };
}
