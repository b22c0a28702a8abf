import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localHandlers } from '../../src/cli/handlers.js';
import type { Json } from '../../src/json.js';
import { runStateMachine } from '../../src/local/state-machine.js';
import { definition, testDependencies, type CopyRunOptions } from '../support/copy-run.js';

export interface StepFunctions {
  readonly endpoint: string;
  /** The inputs of the executions that were started. */
  readonly inputs: readonly unknown[];
  /** Asked for each request: the error that it meets; undefined lets it through. */
  fault: (operation: string) => string | undefined;
  /** The next execution is stopped as soon as it has begun. */
  stopsNext: boolean;
  stop(): Promise<void>;
}

const arn = 'arn:aws:states:eu-west-1:123456789012';

/**
 * Answers as Step Functions does for a deployed stack of this name: its executions run here, by the same definition and
 * functions. Requests: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startStepFunctions(
  stack: string,
  options: Pick<CopyRunOptions, 'stores' | 'ledger' | 'project' | 'registry'>,
): Promise<StepFunctions> {
  const handlers = localHandlers(testDependencies(options));
  const executions = new Map<string, { status: string }>();
  const inputs: unknown[] = [];
  const control: Pick<StepFunctions, 'fault' | 'stopsNext'> = { fault: () => undefined, stopsNext: false };
  const start = ({ name, input }: Record<string, string>): unknown => {
    const executionArn = `${arn}:execution:${stack}:${name}`;
    if (executions.has(executionArn)) return { executionArn };
    const state = { status: 'RUNNING' };
    executions.set(executionArn, state);
    const parsed = JSON.parse(input ?? '') as Json;
    inputs.push(parsed);
    const stopped = control.stopsNext;
    control.stopsNext = false;
    void runStateMachine({
      definition,
      handlers: stopped ? { ...handlers, ...gone } : handlers,
      execution: executionArn,
      input: parsed,
      callMs: 60_000,
      pauseMs: 10,
    }).then(({ failed }) => (state.status = stopped ? 'ABORTED' : failed ? 'FAILED' : 'SUCCEEDED'));
    return { executionArn };
  };
  const answers: Readonly<Record<string, (body: Record<string, string>) => unknown>> = {
    ListStateMachines: ({ nextToken }) =>
      nextToken === undefined
        ? { stateMachines: [{ name: 'another', stateMachineArn: `${arn}:stateMachine:another` }], nextToken: 'more' }
        : { stateMachines: [{ name: stack, stateMachineArn: `${arn}:stateMachine:${stack}` }] },
    StartExecution: start,
    DescribeExecution: ({ executionArn = '' }) => ({ executionArn, ...executions.get(executionArn) }),
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const fault = control.fault(operation);
      const answer = fault === undefined ? answers[operation]?.(JSON.parse(text) as Record<string, string>) : undefined;
      response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer ?? { __type: fault ?? 'UnknownOperationException', message: 'as it says' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(control, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inputs,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** What an execution that was stopped calls no more. */
const gone = Object.fromEntries(['Setup', 'Abort'].map((state) => [state, () => Promise.reject(new Error('stopped'))]));
