import { openStateMachine } from '../../../functions/aws/state-machine.js';
import { AwsStandIn } from './aws-stand-in.js';

const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:shop';
const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:shop:night';
const failed = (type: string) => ({ status: 400, body: { __type: type, message: 'no' } });

let aws: AwsStandIn;
beforeEach(async () => {
  aws = new AwsStandIn();
  await aws.open();
});
afterEach(() => aws.close());

const machine = () => openStateMachine(() => machineArn);

describe('the state machine of a deployment', () => {
  test('names the executions under way, of all pages', async () => {
    const page = (name: string) => ({ executionArn: `arn:${name}`, name, status: 'RUNNING', startDate: 1_700_000_000 });
    aws.answer = ({ body: { nextToken } }) =>
      nextToken === undefined
        ? { body: { executions: [page('a'), page('b')], nextToken: 'more' } }
        : { body: { executions: [page('c')] } };
    expect(await machine().underWay()).toEqual(['a', 'b', 'c']);
    const asked = { stateMachineArn: machineArn, statusFilter: 'RUNNING', maxResults: 1_000 };
    expect(aws.requests).toEqual([
      { action: 'ListExecutions', body: asked },
      { action: 'ListExecutions', body: { ...asked, nextToken: 'more' } },
    ]);
  });

  test('lists executions in whatever state, with their ends', async () => {
    aws.answer = () => ({
      body: { executions: [{ executionArn: 'arn:a', name: 'a', status: 'FAILED', stopDate: 1_700_000_000 }] },
    });
    const found = [];
    for await (const execution of machine().executions()) found.push(execution);
    expect(found).toEqual([{ arn: 'arn:a', name: 'a', status: 'FAILED', endedAt: new Date(1_700_000_000_000) }]);
    expect(aws.requests[0]?.body).toEqual({ stateMachineArn: machineArn, maxResults: 1_000 });
  });

  test('rejects when a page is missing, and when an answer has no list', async () => {
    aws.answer = ({ body: { nextToken } }) =>
      nextToken === undefined ? { body: { executions: [], nextToken: 'more' } } : failed('AccessDeniedException');
    await expect(machine().underWay()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    aws.answer = () => ({ body: {} });
    await expect(machine().underWay()).rejects.toThrow('without executions');
  });

  test('starts an execution by name and input', async () => {
    aws.answer = () => ({ body: { executionArn, startDate: 1_700_000_000 } });
    expect(await machine().start('night', '{"up":{}}')).toBe(true);
    expect(aws.requests).toEqual([
      { action: 'StartExecution', body: { stateMachineArn: machineArn, name: 'night', input: '{"up":{}}' } },
    ]);
  });

  test('says that an execution of the name has been there, and rejects with any other refusal', async () => {
    aws.answer = () => failed('ExecutionAlreadyExists');
    expect(await machine().start('night', '{}')).toBe(false);
    aws.answer = () => failed('AccessDeniedException');
    await expect(machine().start('night', '{}')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('finds an execution by its name, with its error', async () => {
    const state = { status: 'FAILED', error: 'RunFailedError', cause: 'why' };
    aws.answer = () => ({ body: { executionArn, ...state } });
    expect(await machine().find('night')).toEqual({ arn: executionArn, ...state });
    expect(aws.requests).toEqual([{ action: 'DescribeExecution', body: { executionArn } }]);
  });

  test('finds none where there is none, and rejects where it cannot tell', async () => {
    aws.answer = () => failed('ExecutionDoesNotExist');
    expect(await machine().find('night')).toBeUndefined();
    aws.answer = () => failed('AccessDeniedException');
    await expect(machine().find('night')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('gives the definition that is deployed and the one that an execution began with', async () => {
    aws.answer = ({ action }) => ({ body: { definition: action } });
    expect(await machine().definition()).toBe('DescribeStateMachine');
    expect(await machine().definitionOf(executionArn)).toBe('DescribeStateMachineForExecution');
    expect(aws.requests.map(({ body }) => body)).toEqual([{ stateMachineArn: machineArn }, { executionArn }]);
  });

  test('is asked again when it is throttled', async () => {
    aws.answer = () => (aws.requests.length < 3 ? failed('ThrottlingException') : { body: { executions: [] } });
    expect(await machine().underWay()).toEqual([]);
    expect(aws.requests).toHaveLength(3);
  });
});
