import type { z } from 'zod';
import type { Clock } from '../src/clock.js';
import { environment } from '../src/environment.js';
import { isErrorLike } from '../src/error-like.js';
import { systemClock } from '../src/system-clock.js';
import { attendantHandler, type AttendantHandler, type Reports } from './attendant-handler.js';
import { setByStack } from './aws/set-by-stack.js';
import { goesForward, openStackStatuses, type StackStatuses } from './aws/stack-statuses.js';
import { openStateMachine, type ExecutionState, type StateMachine } from './aws/state-machine.js';
import { deployedEvent, type RunToFollow } from './deploy-events.js';
import { notStarted, runFailed } from './deployment-failed-error.js';

export interface DeployedDependencies {
  readonly machine: Pick<StateMachine, 'underWay' | 'start' | 'find'>;
  readonly stackStatuses: StackStatuses;
  readonly clock: Pick<Clock, 'now'>;
  /** From then on a deployment waits no longer for a run that goes on. */
  readonly waitAtMostMs: () => number;
}

/** What the framework of custom resources asks again until it is complete, or throws. */
interface Answer {
  readonly IsComplete: boolean;
  readonly Data?: { readonly ExecutionArn: string };
}

const asksAgain: Answer = { IsComplete: false };

/** How long rights that were just given may take until they hold everywhere: only then is a refusal believed. */
const rightsTakeMs = 120_000;
const refusal = /^(AccessDenied|Validation|Invalid|StateMachineDoesNotExist|KmsAccessDenied)/;

/**
 * Follows the run of a deployment: starts it as soon as no other execution is under way and looks whether it has ended. Throws
 * DeploymentFailedError, which fails the deployment, when the run fails, or when there was no room for it within the limit. When
 * the limit passes and the run goes on, the deployment is complete. Nothing is started for a stack that is going back, and
 * nothing for a deletion. Errors of AWS are looked at again by the next call, those that will stay after two minutes.
 */
export function deployedHandler(deps: DeployedDependencies = onAws()): AttendantHandler {
  return attendantHandler(deployedEvent, async (event, reports): Promise<Answer> => {
    if (event.Run === undefined) return { IsComplete: true };
    try {
      return await follow(event, event.Run, deps, reports);
    } catch (error) {
      const waitedMs = deps.clock.now() - event.Run.sinceMs;
      if (!isOfAws(error) || (refusal.test(error.name) && waitedMs >= rightsTakeMs)) throw error;
      reports.logger.warn('AWS did not answer: asked again by the next call', error);
      return asksAgain;
    }
  });
}

/** Errors of the SDK name their request; those of a connection have a code of the system, and those of a time-out a name. */
function isOfAws(error: unknown): error is Error {
  return isErrorLike(error) && ('$metadata' in error || 'code' in error || error.name === 'TimeoutError');
}

type Event = z.infer<typeof deployedEvent>;

async function follow(event: Event, run: RunToFollow, deps: DeployedDependencies, reports: Reports): Promise<Answer> {
  const late = deps.clock.now() - run.sinceMs >= deps.waitAtMostMs();
  const execution = await deps.machine.find(run.name);
  if (execution === undefined) return begin(event, { ...run, late }, deps, reports);
  return look(execution, late, reports);
}

function look(execution: ExecutionState, late: boolean, { logger }: Reports): Answer {
  const complete = { IsComplete: true, Data: { ExecutionArn: execution.arn } };
  if (execution.status === 'SUCCEEDED') return complete;
  if (execution.status !== 'RUNNING' && execution.status !== 'PENDING_REDRIVE') throw runFailed(execution);
  if (!late) return asksAgain;
  logger.warn('The run goes on, and the deployment waits no longer for it', { execution: execution.arn });
  return complete;
}

async function begin(
  { StackId, ResourceProperties }: Event,
  { name, late }: { readonly name: string; readonly late: boolean },
  { machine, stackStatuses }: DeployedDependencies,
  { logger }: Reports,
): Promise<Answer> {
  // Asked at each try: a stack may go back while its run still waits for another one.
  const statuses = await stackStatuses(StackId);
  if (!goesForward(statuses)) {
    logger.warn('The stack is not going forward: nothing is started', { statuses });
    return { IsComplete: true };
  }
  const underWay = await machine.underWay();
  // Started, and not to be seen by its name yet.
  if (underWay.includes(name)) return asksAgain;
  if (underWay.length > 0) {
    if (late) throw notStarted(underWay);
    logger.info('Another execution is under way: waiting for its end', { underWay });
    return asksAgain;
  }
  await machine.start(name, ResourceProperties.input);
  logger.info('Started', { execution: name });
  return asksAgain;
}

function onAws(): DeployedDependencies {
  return {
    machine: openStateMachine(() => setByStack('CARRYOVER_STATE_MACHINE_ARN', environment.stateMachineArn())),
    stackStatuses: openStackStatuses(),
    clock: systemClock,
    waitAtMostMs: () => Number(setByStack('CARRYOVER_WAIT_AT_MOST_SECONDS', environment.waitAtMostSeconds())) * 1_000,
  };
}
