import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { jest } from '@jest/globals';
import type { ExecutionState } from '../../../functions/aws/state-machine.js';
import { deployHandler } from '../../../functions/deploy.js';
import { deployedHandler } from '../../../functions/deployed.js';
import { callAttendant } from '../../functions/call-attendant.js';

/** The functions of CDK's framework of custom resources, as they are deployed, and what they send. */
interface Framework {
  onEvent(request: object): Promise<void>;
  isComplete(request: unknown): Promise<void>;
}
interface Outbound {
  invokeFunction: (request: { FunctionName: string; Payload: string }) => Promise<object>;
  startExecution: (request: { input: string }) => Promise<void>;
  httpRequest: (options: object, body: string) => Promise<void>;
}

const runtime = resolve('node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime');
const require = createRequire(import.meta.url);
const framework = require(`${runtime}/framework.js`) as Framework;
const outbound = require(`${runtime}/outbound.js`) as Outbound;

let statuses: string[];
let execution: ExecutionState | undefined;
let started: string[];
let waiting: unknown;
let responses: { Status: string; Reason: string; PhysicalResourceId: string; Data?: object }[];
const before = { ...process.env };

beforeEach(() => {
  // The framework tells all that it does.
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  [statuses, execution, started, waiting, responses] = [['CREATE_IN_PROGRESS'], undefined, [], undefined, []];
  Object.assign(process.env, {
    USER_ON_EVENT_FUNCTION_ARN: 'deploy',
    USER_IS_COMPLETE_FUNCTION_ARN: 'deployed',
    WAITER_STATE_MACHINE_ARN: 'waiter',
  });
  const clock = { now: () => 0 };
  const handlers: Record<string, ReturnType<typeof deployHandler>> = {
    deploy: deployHandler({ clock }),
    deployed: deployedHandler({
      machine: {
        find: async () => execution,
        underWay: async () => [],
        start: async (name) => started.push(name) > 0,
      },
      stackStatuses: async () => statuses,
      clock,
      waitAtMostMs: () => 60_000,
    }),
  };
  outbound.invokeFunction = async ({ FunctionName, Payload }) => {
    const { answer, error } = await callAttendant(handlers[FunctionName]!, JSON.parse(Payload));
    if (error === undefined) return { Payload: JSON.stringify(answer) };
    // As Lambda tells of an error.
    const told = { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
    return { FunctionError: 'Unhandled', Payload: JSON.stringify(told) };
  };
  outbound.startExecution = async ({ input }) => void (waiting = JSON.parse(input) as unknown);
  outbound.httpRequest = async (_, body) => void responses.push(JSON.parse(body) as (typeof responses)[0]);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

const request = {
  RequestType: 'Create',
  RequestId: '1-2-3',
  StackId: 'arn:stack',
  LogicalResourceId: 'Run',
  ResponseURL: 'https://example.com/answer',
  ResourceProperties: { ServiceToken: 'x', input: '{"up":{}}', versions: ['arn:begin:1'] },
};

describe("deploy and deployed in CDK's framework", () => {
  test('start one run, are asked again until it has succeeded, and answer CloudFormation', async () => {
    await framework.onEvent(request);
    await expect(framework.isComplete(waiting)).rejects.toThrow();
    execution = { arn: 'arn:execution', status: 'RUNNING' };
    await expect(framework.isComplete(waiting)).rejects.toThrow();
    expect({ started, responses }).toEqual({ started: ['deploy-1-2-3'], responses: [] });
    execution = { arn: 'arn:execution', status: 'SUCCEEDED' };
    await framework.isComplete(waiting);
    const Data = { ExecutionArn: 'arn:execution' };
    expect(responses).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'Run', Data })]);
  });

  test('fail the deployment with the run, in less than CloudFormation takes', async () => {
    await framework.onEvent(request);
    execution = { arn: 'arn:execution', status: 'FAILED', error: 'RunFailedError', cause: 'é\n"'.repeat(10_000) };
    await framework.isComplete(waiting);
    expect(responses).toEqual([expect.objectContaining({ Status: 'FAILED', PhysicalResourceId: 'Run' })]);
    expect(responses[0]?.Reason).toContain('the run of this deployment ended as FAILED');
    expect(Buffer.byteLength(JSON.stringify(responses[0]))).toBeLessThan(4_096);
  });

  test('do nothing for the deletion that follows, whether the resource was made or not', async () => {
    await framework.onEvent({ ...request, RequestType: 'Delete', PhysicalResourceId: 'Run' });
    await framework.isComplete(waiting);
    expect(started).toEqual([]);
    expect(responses).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'Run' })]);
  });

  test('do nothing when an update is rolled back, which is an update with what was there before', async () => {
    statuses = ['UPDATE_ROLLBACK_IN_PROGRESS'];
    await framework.onEvent({ ...request, RequestType: 'Update', PhysicalResourceId: 'Run' });
    await framework.isComplete(waiting);
    expect(started).toEqual([]);
    expect(responses).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'Run' })]);
  });
});
