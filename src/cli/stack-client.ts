import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.js';
import { InputError, StoreUnavailableError } from '../errors.js';
import type { Json } from '../json.js';

const pollMs = 2_000;
/** Two minutes, beside the tries of the SDK's own: the execution goes on whether it is looked at or not. */
const looksInVain = 60;

/** A deployed stack's state machine, found by its name: the stack's own. */
export interface StackClient {
  /** Starts an execution of this name, which is the run's id. Starting the same one again is no error. */
  start(name: string, input: Json): Promise<string>;
  /** Resolves when the execution has ended, however it did. */
  ended(execution: string): Promise<{ status: string; cause?: string }>;
  close(): void;
}

/** Opens the state machine `stack` of a region, with the credentials of the standard AWS chain. Throws InputError when there is none. */
export async function openStack(stack: string, region: string, clock: Clock): Promise<StackClient> {
  const client = new SFNClient({ region });
  const stateMachineArn = await arnOf(client, stack).catch(refuse);
  return {
    async start(name, input) {
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      const { executionArn } = await client.send(command).catch(refuse);
      return executionArn ?? '';
    },
    async ended(executionArn) {
      for (let failed = 0; ; await clock.sleep(pollMs)) {
        try {
          const { status = 'RUNNING', cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
          if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE')
            return { status, ...(cause === undefined ? {} : { cause }) };
          failed = 0;
        } catch (error) {
          if (isLasting(error) || ++failed >= looksInVain) refuse(error);
        }
      }
    },
    close: () => client.destroy(),
  };
}

const credentials =
  /^(CredentialsProvider|TokenProvider|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|Expired|MissingAuthentication)/;

/** It will not be otherwise the next time. */
function isLasting(error: unknown): boolean {
  return error instanceof Error && (credentials.test(error.name) || error.name.startsWith('AccessDenied'));
}

/** Throws what a person can do about an error of Step Functions. */
function refuse(error: unknown): never {
  if (!(error instanceof Error) || error instanceof InputError) throw error;
  const fault = (message: string) => new InputError([{ field: '--stack', message }]);
  // In our own words: the service may repeat headers of the request.
  if (credentials.test(error.name))
    throw fault(`AWS did not accept the credentials (${error.name}): check environment or profile`);
  if (isLasting(error)) throw fault(`AWS does not allow it: ${error.message}`);
  throw new StoreUnavailableError(`Step Functions does not answer: ${error.message || error.name}`, { cause: error });
}

async function arnOf(client: SFNClient, stack: string): Promise<string> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListStateMachinesCommand({ nextToken }));
    const found = page.stateMachines?.find(({ name }) => name === stack);
    if (found?.stateMachineArn !== undefined) return found.stateMachineArn;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const message = `"${stack}" is no state machine of this account and region: give the name of a stack that "cdk deploy" made`;
  throw new InputError([{ field: '--stack', message }]);
}
