import { startHandler } from '../../functions/start.js';
import { AwsStandIn, type Reply } from './aws/aws-stand-in.js';
import { callAttendant } from './call-attendant.js';

const event = { scheduledTime: '2026-11-21T03:00:00Z', input: { up: {} } };
const name = 'schedule-2026-11-21T03-00-00Z';
const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:shop';

let aws: AwsStandIn;
let running: string[];
let started: Reply;
beforeEach(async () => {
  aws = new AwsStandIn();
  await aws.open();
  process.env['CARRYOVER_STATE_MACHINE_ARN'] = machineArn;
  [running, started] = [[], { body: { executionArn: 'arn:started', startDate: 1_700_000_000 } }];
  aws.answer = ({ action }) =>
    action === 'StartExecution'
      ? started
      : { body: { executions: running.map((each) => ({ executionArn: each, name: each, status: 'RUNNING' })) } };
});
afterEach(() => aws.close());

const starts = () => aws.requests.filter(({ action }) => action === 'StartExecution').map(({ body }) => body);
const skips = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{"_aws"') && line.includes('StartsSkipped')).map((line) => JSON.parse(line));

describe('start', () => {
  test('starts an execution that is named after the time that was due', async () => {
    const { answer, lines } = await callAttendant(startHandler(), event);
    expect(answer).toEqual({ execution: name });
    expect(starts()).toEqual([{ stateMachineArn: machineArn, name, input: '{"up":{}}' }]);
    expect(skips(lines)).toEqual([]);
  });

  test('starts nothing while an execution is under way, says so and counts it for the deployment', async () => {
    running = ['by-hand'];
    const { answer, lines } = await callAttendant(startHandler(), event);
    expect(answer).toEqual({ skipped: name, underWay: ['by-hand'] });
    expect(starts()).toEqual([]);
    expect(skips(lines)).toEqual([expect.objectContaining({ StartsSkipped: 1, service: 'start', deployment: 'shop' })]);
    expect(lines.some((line) => line.includes('this start is skipped') && line.includes('by-hand'))).toBe(true);
  });

  test('counts no skip for a start that is delivered again, while its execution runs and after it', async () => {
    running = [name];
    const first = await callAttendant(startHandler(), event);
    running = [];
    started = { status: 400, body: { __type: 'ExecutionAlreadyExists', message: 'again' } };
    const second = await callAttendant(startHandler(), event);
    expect([first.answer, second.answer]).toEqual([{ execution: name }, { execution: name }]);
    expect(skips([...first.lines, ...second.lines])).toEqual([]);
    expect(starts()).toHaveLength(1);
  });

  test('fails when it cannot tell whether one is under way, so that it is called again', async () => {
    aws.answer = () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } });
    const { error } = await callAttendant(startHandler(), event);
    expect(error?.name).toBe('AccessDeniedException');
    expect(starts()).toEqual([]);
  });

  test('refuses what the schedule does not send', async () => {
    const { error } = await callAttendant(startHandler(), { input: 'up' });
    expect(error).toMatchObject({ name: 'InputError' });
    expect(error?.message).toMatch(/^scheduledTime: .*\ninput: /);
    expect(aws.requests).toEqual([]);
  });

  test('says what the stack did not set', async () => {
    delete process.env['CARRYOVER_STATE_MACHINE_ARN'];
    const { error } = await callAttendant(startHandler(), event);
    expect(error?.message).toBe('CARRYOVER_STATE_MACHINE_ARN is not set: the stack sets it for this function');
  });
});
