import { CarryoverError } from '../src/errors.js';
import { shortened } from '../src/shortened-text.js';
import type { ExecutionState } from './aws/state-machine.js';

/**
 * Fails the deployment: CloudFormation shows the message. What it is told must fit into 4,096 bytes, or it hears nothing and waits
 * for an hour, and the framework adds the stack trace and each further line once more: so there is one line and no trace.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export class DeploymentFailedError extends CarryoverError {
  override readonly name = 'DeploymentFailedError';
  constructor(message: string) {
    super(message.replace(/\s+/g, ' '));
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** At most 3 bytes each, so that what comes from elsewhere stays below half of the limit. */
const shownCause = 500;
const shownNames = 300;

/** The run of the deployment did not succeed. */
export function runFailed({ arn, status, error, cause }: ExecutionState): DeploymentFailedError {
  const why = cause === undefined ? '' : `: ${shortened(messageOf(cause), shownCause)}`;
  return new DeploymentFailedError(
    `the run of this deployment ended as ${status}. Look at it with "aws stepfunctions describe-execution --execution-arn ${arn}"; ` +
      `its error: ${shortened(error ?? 'none', shownNames)}${why}`,
  );
}

/** Other executions were under way for as long as a deployment waits. */
export function notStarted(underWay: readonly string[]): DeploymentFailedError {
  return new DeploymentFailedError(
    `the run of this deployment was not started: another execution was under way all the time (${shortened(underWay.join(', '), shownNames)}). ` +
      'Deploy again when it has ended',
  );
}

/** Lambda's causes are JSON, with the message and a stack trace. */
function messageOf(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown } | null;
    return typeof parsed?.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
}
