import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { deploymentName } from '../../cdk/deployment-name.js';

const parent = (): Stack => new Stack(new App(), 'Shop');
const nested = (): Construct => new Construct(new NestedStack(parent(), 'Nested'), 'Migrations');

describe('the name of a deployment', () => {
  it('is made of the names of the stack and the construct, which is what the command line is told', () => {
    expect(deploymentName(new Construct(parent(), 'Migrations'), undefined)).toBe('Shop-Migrations');
  });

  it('must be given in a nested stack, which CloudFormation names', () => {
    expect(() => deploymentName(nested(), undefined)).toThrow(/^name: is missing: in a nested stack/);
    expect(deploymentName(nested(), 'Shop-Migrations')).toBe('Shop-Migrations');
  });
});
