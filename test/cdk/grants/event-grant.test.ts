import { glob, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import ts from 'typescript';
import { eventSteps, grantEvents } from '../../../cdk/grants/event-grant.js';
import { steps } from '../../../cdk/functions/steps.js';
import { eventSource } from '../../../src/engine/events/event.js';

interface Policy {
  readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly unknown[] } };
}

describe('the right to send events', () => {
  it('is the one to put events of this source on the default bus of the account and region, and no other', () => {
    const stack = new Stack();
    const code = Code.fromInline('export const handler = () => 0;');
    grantEvents(new LambdaFunction(stack, 'Sender', { code, runtime: Runtime.NODEJS_24_X, handler: 'index.handler' }));
    const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')) as unknown as Policy[];
    expect(policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':event-bus/default'])] },
        Condition: { StringEquals: { 'events:source': eventSource } },
      },
    ]);
  });

  it('is for the steps whose code issues events, and no other', async () => {
    const issuing: string[] = [];
    for await (const file of glob('src/engine/steps/*.ts')) {
      const { importedFiles } = ts.preProcessFile(await readFile(file, 'utf8'));
      if (importedFiles.some(({ fileName }) => fileName.startsWith('../events/'))) issuing.push(basename(file, '.ts'));
    }
    expect(issuing.toSorted()).toEqual(eventSteps.toSorted());
    expect(steps).toEqual(expect.arrayContaining([...eventSteps]));
  });
});
