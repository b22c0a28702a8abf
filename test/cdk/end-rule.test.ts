import { badEnds } from '../../src/engine/steps/end-execution.js';
import { synthesised } from './synthesised.js';

const { template } = synthesised({ stores: {} });

describe('the rule on executions that end badly', () => {
  const [machine] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'));
  const [abort] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) =>
    id.startsWith('Carryoverabort'),
  );

  const queues = template.findResources('AWS::SQS::Queue');
  const [ends] = Object.keys(queues).filter((id) => id.startsWith('CarryoverEnd'));
  const [dead] = Object.keys(queues).filter((id) => id.startsWith('CarryoverDeadLetters'));

  it('hands each bad end of this machine alone to a queue', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: [...badEnds], stateMachineArn: [{ Ref: machine }] },
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [ends, 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [dead, 'Arn'] } },
        },
      ],
    });
  });

  it('calls Abort with one at a time, and again for two hours at least', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      EventSourceArn: { 'Fn::GetAtt': [ends, 'Arn'] },
      FunctionName: { Ref: abort },
    });
    const { VisibilityTimeout, RedrivePolicy } = queues[ends ?? '']?.['Properties'] as {
      VisibilityTimeout: number;
      RedrivePolicy: { maxReceiveCount: number };
    };
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(2 * 3_600);
  });

  it('keeps what Abort could not take for two weeks, whatever becomes of the stack', () => {
    expect(queues[ends ?? '']).toMatchObject({
      Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] } } },
    });
    expect(queues[dead ?? '']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { MessageRetentionPeriod: 14 * 24 * 3_600, SqsManagedSseEnabled: true },
    });
  });
});
