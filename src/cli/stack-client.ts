import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.js';
import { InputError } from '../errors.js';
import type { Json } from '../json.js';

const pollMs = 2_000;

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
  const stateMachineArn = await arnOf(client, stack);
  return {
    async start(name, input) {
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      const { executionArn } = await client.send(command);
      return executionArn ?? '';
    },
    async ended(executionArn) {
      for (;;) {
        const { status = 'RUNNING', cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE')
          return { status, ...(cause === undefined ? {} : { cause }) };
        await clock.sleep(pollMs);
      }
    },
    close: () => client.destroy(),
  };
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
