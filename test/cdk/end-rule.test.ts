import { badEnds } from '../../src/engine/steps/end-execution.js';
import { synthesised } from './synthesised.js';

const { template } = synthesised({ stores: {} });

describe('the rule on executions that end badly', () => {
  const [machine] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'));
  const [abort] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => id.startsWith('abort'));

  it('calls Abort for this machine alone, and for each bad end', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: [...badEnds], stateMachineArn: [{ Ref: machine }] },
      },
      Targets: [{ Arn: { 'Fn::GetAtt': [abort, 'Arn'] }, RetryPolicy: { MaximumEventAgeInSeconds: 7_200 } }],
    });
  });

  it('may call it', () => {
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [abort, 'Arn'] },
    });
  });
});
