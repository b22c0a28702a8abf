import { goesForward, isSettled, openStackStatuses } from '../../../functions/aws/stack-statuses.js';
import { AwsStandIn, stackReply } from './aws-stand-in.js';

let aws: AwsStandIn;
beforeEach(async () => {
  aws = new AwsStandIn();
  await aws.open();
});
afterEach(() => aws.close());

describe('the statuses of a stack', () => {
  test('are those of the stack and of all that it is nested in', async () => {
    aws.answer = ({ body: { StackName } }) =>
      StackName === 'arn:nested'
        ? stackReply('UPDATE_COMPLETE', 'arn:root')
        : stackReply('UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await openStackStatuses()('arn:nested')).toEqual(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_IN_PROGRESS']);
    expect(aws.requests.map(({ action, body }) => [action, body['StackName']])).toEqual([
      ['DescribeStacks', 'arn:nested'],
      ['DescribeStacks', 'arn:root'],
    ]);
  });

  test('reject when CloudFormation refuses', async () => {
    const error =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
    aws.answer = () => ({ status: 403, body: error });
    await expect(openStackStatuses()('arn:stack')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
const forward = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'];
const settled = [
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'],
  ...['IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'],
];
const others = [
  ...['CREATE_FAILED', 'DELETE_COMPLETE', 'DELETE_FAILED', 'DELETE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'],
  ...['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'ROLLBACK_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
  ...['UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'],
  ...['UPDATE_ROLLBACK_IN_PROGRESS', 'IMPORT_IN_PROGRESS', 'IMPORT_ROLLBACK_IN_PROGRESS', 'IMPORT_ROLLBACK_FAILED'],
  'SOMETHING_NEW',
];

describe('a stack', () => {
  test.each([...forward, ...settled, ...others])('that is %s goes forward or is settled as its name says', (status) => {
    expect(goesForward([status])).toBe(forward.includes(status));
    expect(isSettled([status])).toBe(settled.includes(status));
  });

  test('goes back with the one that it is nested in', () => {
    expect(goesForward(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])).toBe(false);
    expect(isSettled(['UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS'])).toBe(false);
  });
});
