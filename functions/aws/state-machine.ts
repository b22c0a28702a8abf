import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  type ExecutionStatus,
} from '@aws-sdk/client-sfn';
import { clientSettings } from './client-settings.js';

/** An execution as a list names it. */
export interface ListedExecution {
  readonly arn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  /** Absent while it is under way. */
  readonly endedAt?: Date | undefined;
}

export interface ExecutionState {
  readonly arn: string;
  readonly status: ExecutionStatus;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** The deployment's state machine. Every method rejects with the SDK's error when Step Functions does not answer or does not allow it. */
export interface StateMachine {
  /** The names of the executions that are under way. A list may be some seconds old: the lock of the run has the last word. */
  underWay(): Promise<readonly string[]>;
  /** All executions that Step Functions knows: those of the last 90 days. Children of a Distributed Map are not among them. */
  executions(): AsyncIterable<ListedExecution>;
  /** False when there was an execution of this name already. `input` is JSON. */
  start(name: string, input: string): Promise<boolean>;
  /** Undefined: there is none of this name, or it began so lately that it cannot be seen yet. */
  find(name: string): Promise<ExecutionState | undefined>;
  /** The definition of new executions, as JSON. */
  definition(): Promise<string>;
  /** The definition that this execution began with, and goes on with when it is redriven. */
  definitionOf(executionArn: string): Promise<string>;
}

/** The client is made by the first call. `machineArn` throws where nobody said which machine. */
export function openStateMachine(machineArn: () => string): StateMachine {
  let opened: SFNClient | undefined;
  const client = (): SFNClient => (opened ??= new SFNClient(clientSettings()));
  const executions = (statusFilter?: ExecutionStatus) => listed(client(), machineArn(), statusFilter);
  return {
    async underWay() {
      const names: string[] = [];
      for await (const { name } of executions('RUNNING')) names.push(name);
      return names;
    },
    executions: () => executions(),
    start: (name, input) => start(client(), { stateMachineArn: machineArn(), name, input }),
    find: (name) => find(client(), executionArn(machineArn(), name)),
    async definition() {
      const command = new DescribeStateMachineCommand({ stateMachineArn: machineArn() });
      return present('a definition', (await client().send(command)).definition);
    },
    async definitionOf(arn) {
      const command = new DescribeStateMachineForExecutionCommand({ executionArn: arn });
      return present(`a definition of ${arn}`, (await client().send(command)).definition);
    },
  };
}

async function* listed(
  client: SFNClient,
  stateMachineArn: string,
  statusFilter: ExecutionStatus | undefined,
): AsyncIterable<ListedExecution> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter, nextToken, maxResults: 1_000 }),
    );
    for (const execution of present('executions', page.executions))
      yield {
        arn: present('an ARN', execution.executionArn),
        name: present('a name', execution.name),
        status: present('a status', execution.status),
        endedAt: execution.stopDate,
      };
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

async function start(client: SFNClient, request: { stateMachineArn: string; name: string; input: string }) {
  try {
    await client.send(new StartExecutionCommand(request));
    return true;
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return false;
    throw error;
  }
}

async function find(client: SFNClient, arn: string): Promise<ExecutionState | undefined> {
  try {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return { arn, status: present('a status', status), error, cause };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** `arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME` → `…:execution:NAME:EXECUTION` */
function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** What the SDK's types leave open. Throws when an answer lacks it: nothing may be concluded from half an answer. */
function present<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new TypeError(`Step Functions gave an answer without ${what}`);
  return value;
}
