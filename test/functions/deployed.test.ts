import type { ExecutionState } from '../../functions/aws/state-machine.js';
import { deployedHandler } from '../../functions/deployed.js';
import { AwsStandIn, stackReply } from './aws/aws-stand-in.js';
import { callAttendant } from './call-attendant.js';

const minuteMs = 60_000;
const event = {
  RequestType: 'Update',
  StackId: 'arn:stack',
  ResourceProperties: { input: '{"up":{}}', versions: ['arn:begin:1'] },
  ResponseURL: 'https://example.com/?signature=hunter2',
  Run: { name: 'deploy-1', sinceMs: 0 },
};

/** What AWS knows, and what was started. */
let nowMs: number;
let statuses: string[];
let underWay: string[];
let execution: ExecutionState | undefined;
let started: unknown[];
let failure: Error | undefined;
beforeEach(() => {
  [nowMs, statuses, underWay, execution, started, failure] = [0, ['UPDATE_IN_PROGRESS'], [], undefined, [], undefined];
});

function asked<T>(value: T): Promise<T> {
  return failure === undefined ? Promise.resolve(value) : Promise.reject(failure);
}

function call(request: object = event) {
  const handler = deployedHandler({
    machine: {
      find: () => asked(execution),
      underWay: () => asked(underWay),
      start: (...given) => asked(started.push(given) > 0),
    },
    stackStatuses: () => asked(statuses),
    clock: { now: () => nowMs },
    waitAtMostMs: () => 30 * minuteMs,
  });
  return callAttendant(handler, request);
}

const state = (status: ExecutionState['status'], more: object = {}) => ({ arn: 'arn:execution', status, ...more });
const awsError = (name: string) => Object.assign(new Error(name), { name, $metadata: {} });

describe('deployed', () => {
  test('starts the run when nothing else is under way, and is asked again', async () => {
    expect((await call()).answer).toEqual({ IsComplete: false });
    expect(started).toEqual([['deploy-1', '{"up":{}}']]);
  });

  test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'])(
    'starts nothing when the stack is %s, and is complete',
    async (status) => {
      statuses = [status];
      expect((await call()).answer).toEqual({ IsComplete: true });
      expect(started).toEqual([]);
    },
  );

  test('starts nothing when the stack goes back that its own is nested in', async () => {
    statuses = ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'];
    expect((await call()).answer).toEqual({ IsComplete: true });
    expect(started).toEqual([]);
  });

  test('starts nothing for a deletion, and asks nobody', async () => {
    failure = new Error('asked');
    const { Run: _, ...deletion } = event;
    expect((await call({ ...deletion, RequestType: 'Delete' })).answer).toEqual({ IsComplete: true });
  });

  test('waits for another execution to end before it starts its own', async () => {
    underWay = ['by-hand'];
    expect((await call()).answer).toEqual({ IsComplete: false });
    expect(started).toEqual([]);
    underWay = [];
    await call();
    expect(started).toHaveLength(1);
  });

  test('fails the deployment when there was no room for its run until the limit', async () => {
    underWay = ['by-hand'];
    nowMs = 30 * minuteMs;
    const { error } = await call();
    expect(error).toMatchObject({ name: 'DeploymentFailedError' });
    expect(error?.message).toMatch(/not started: another execution was under way all the time \(by-hand\)/);
    expect(started).toEqual([]);
  });

  test('starts no second one when its own is in the list, and cannot be seen by its name yet', async () => {
    underWay = ['deploy-1'];
    expect((await call()).answer).toEqual({ IsComplete: false });
    expect(started).toEqual([]);
  });

  test('is asked again while the run goes on, and complete when it succeeded', async () => {
    execution = state('RUNNING');
    nowMs = 30 * minuteMs - 1;
    expect((await call()).answer).toEqual({ IsComplete: false });
    execution = state('SUCCEEDED');
    expect((await call()).answer).toEqual({ IsComplete: true, Data: { ExecutionArn: 'arn:execution' } });
    expect(started).toEqual([]);
  });

  test('is complete at the limit while the run goes on, and says so', async () => {
    execution = state('RUNNING');
    nowMs = 30 * minuteMs;
    const { answer, lines } = await call();
    expect(answer).toEqual({ IsComplete: true, Data: { ExecutionArn: 'arn:execution' } });
    expect(lines.join('\n')).toContain('The run goes on');
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)(
    'fails the deployment when the run is %s, with its error and the command to look at it',
    async (status) => {
      const cause = JSON.stringify({
        errorType: 'RunFailedError',
        errorMessage: 'InputError in begin: bad',
        trace: ['at x'],
      });
      execution = state(status, { error: 'RunFailedError', cause });
      nowMs = 40 * minuteMs;
      const { error } = await call();
      expect(error).toMatchObject({ name: 'DeploymentFailedError' });
      expect(error?.message).toBe(
        `the run of this deployment ended as ${status}. Look at it with ` +
          '"aws stepfunctions describe-execution --execution-arn arn:execution"; its error: RunFailedError: InputError in begin: bad',
      );
    },
  );

  test.each(['"\n'.repeat(20_000), '\u{1F600}'.repeat(20_000), `{"errorMessage":"${'ÿ'.repeat(30_000)}"}`])(
    'keeps what CloudFormation is told below its 4,096 bytes, whatever the cause',
    async (cause) => {
      execution = state('FAILED', { arn: `arn:${'x'.repeat(250)}`, error: 'E'.repeat(5_000), cause });
      const { error } = await call();
      // As the framework puts it: the message, where the logs are, then all but the first line of the stack.
      const [, ...trace] = (error?.stack ?? '').split('\n');
      const Reason = [`${String(error?.message)}\n\nLogs: /aws/lambda/${'f'.repeat(64)}\n`, ...trace].join('\n');
      const rest = {
        Status: 'FAILED',
        StackId: 's'.repeat(200),
        PhysicalResourceId: 'p'.repeat(255),
        RequestId: 'r'.repeat(36),
      };
      expect(Buffer.byteLength(JSON.stringify({ ...rest, Reason, LogicalResourceId: 'l'.repeat(255) }))).toBeLessThan(
        4_096,
      );
    },
  );

  test.each(['ThrottlingException', 'ServiceUnavailable', 'TimeoutError'])(
    'is asked again after %s, however late',
    async (name) => {
      failure = awsError(name);
      nowMs = 31 * minuteMs;
      expect((await call()).answer).toEqual({ IsComplete: false });
    },
  );

  test('believes a refusal after two minutes, which rights take until they hold', async () => {
    failure = awsError('AccessDeniedException');
    nowMs = 2 * minuteMs - 1;
    expect((await call()).answer).toEqual({ IsComplete: false });
    nowMs = 2 * minuteMs;
    expect((await call()).error).toBe(failure);
  });

  test('fails at once for a fault of its own', async () => {
    failure = new TypeError('CARRYOVER_STATE_MACHINE_ARN is not set');
    expect((await call()).error).toBe(failure);
  });

  test("logs nothing of the request, which holds CloudFormation's signed URL", async () => {
    failure = awsError('ThrottlingException');
    expect((await call()).lines.join('\n')).not.toContain('hunter2');
  });

  test('asks AWS for all of this with what the stack has set', async () => {
    const aws = new AwsStandIn();
    await aws.open();
    try {
      process.env['CARRYOVER_STATE_MACHINE_ARN'] = 'arn:aws:states:us-east-1:123456789012:stateMachine:shop';
      process.env['CARRYOVER_WAIT_AT_MOST_SECONDS'] = '60';
      aws.answer = ({ action }) => {
        if (action === 'DescribeStacks') return stackReply('CREATE_IN_PROGRESS');
        if (action === 'ListExecutions') return { body: { executions: [] } };
        if (action === 'StartExecution') return { body: { executionArn: 'arn:started', startDate: 1_700_000_000 } };
        return { status: 400, body: { __type: 'ExecutionDoesNotExist', message: 'none' } };
      };
      const { answer } = await callAttendant(deployedHandler(), event);
      expect(answer).toEqual({ IsComplete: false });
      expect(aws.requests.map(({ action }) => action)).toEqual([
        ...['DescribeExecution', 'DescribeStacks', 'ListExecutions', 'StartExecution'],
      ]);
      expect(aws.requests[1]?.body).toMatchObject({ StackName: 'arn:stack' });
    } finally {
      await aws.close();
    }
  });
});
