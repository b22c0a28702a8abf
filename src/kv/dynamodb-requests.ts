import type {
  $Command,
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { ThrottledError } from '../errors.js';
import { noAnswer } from './key-value-driver.js';

/** Refusals that pass by themselves; nothing was done. */
const throttling: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionConflictException',
]);

/**
 * Sends a command once, whatever the client's own retries are: repeating a conditional write whose answer was lost turns
 * its success into a failed condition. Throws what KeyValueDriver says; refusals keep their SDK error.
 */
export async function sendOnce<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  client: DynamoDBClient,
  command: $Command<Input, Output, DynamoDBClientResolvedConfig>,
  location: string,
  timeoutMs: number,
): Promise<Output> {
  // Takes the place of the SDK's middleware of this name, for this command alone.
  command.middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  try {
    return await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw translated(error, location);
  }
}

/** True for the one error that means that the table is absent. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}

function translated(error: unknown, location: string): unknown {
  if (!(error instanceof Error)) return noAnswer(location, error);
  if (throttling.has(error.name))
    return new ThrottledError(`${location} asks to slow down: ${error.message}`, { cause: error });
  const refused = '$fault' in error && error.$fault === 'client';
  const ours = error instanceof TypeError || error.name === 'CredentialsProviderError';
  return refused || ours ? error : noAnswer(location, error);
}
