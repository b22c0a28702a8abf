import { Stack, type App } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Connections, Port, SecurityGroup, SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { endpointNames, MigrationNetwork, type EndpointName } from '../../cdk/migration-network.js';
import { steps } from '../../cdk/functions/steps.js';
import { InputError } from '../../src/errors.js';
import { synthesised } from './synthesised.js';

const project = { stores: { old: 'dynamodb://eu-west-1/old-', new: 'dynamodb://eu-west-1/new-' } };

/** A VPC without a way out. */
const isolated = (stack: Stack): IVpc =>
  new Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    subnetConfiguration: [{ name: 'Data', subnetType: SubnetType.PRIVATE_ISOLATED }],
  }) as IVpc;

const serviceOf = ({ ServiceName }: { ServiceName?: unknown }): string =>
  JSON.stringify(ServiceName).replaceAll(/[^a-z0-9.-]/gi, '');

function endpointsOf(template: Template, type: 'Gateway' | 'Interface'): string[] {
  const found = template.findResources('AWS::EC2::VPCEndpoint', { Properties: { VpcEndpointType: type } });
  return Object.values(found)
    .map(
      ({ Properties }) =>
        serviceOf(Properties as object)
          .split('.')
          .at(-1) ?? '',
    )
    .sort();
}

describe('the network of the functions', () => {
  const { template, carryover } = synthesised(project, (stack) => ({ vpc: isolated(stack) }));

  it('has the functions that open stores, in a group of their own that nothing reaches', () => {
    const inside = Object.values(template.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => (Properties as { VpcConfig?: unknown }).VpcConfig !== undefined,
    );
    expect(inside.length).toBeGreaterThanOrEqual(steps.length);
    const [group] = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).filter(([id]) =>
      id.startsWith('CarryoverNetwork'),
    );
    expect(group?.[1]?.['Properties']).not.toHaveProperty('SecurityGroupIngress');
    for (const { Properties } of inside)
      expect((Properties as { VpcConfig: unknown }).VpcConfig).toMatchObject({
        SecurityGroupIds: [{ 'Fn::GetAtt': [group?.[0], 'GroupId'] }],
      });
  });

  it('reaches what the functions need of AWS without a way into the internet', () => {
    expect(endpointsOf(template, 'Gateway')).toEqual(['dynamodb', 's3']);
    expect(endpointsOf(template, 'Interface')).toEqual(['events', 'logs', 'secretsmanager', 'states', 'sts']);
  });

  it('lets the functions to the endpoints, and all that is in the VPC, whose names lead there too', () => {
    const ofFunctions = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(ofFunctions).toHaveLength(5);
    for (const { Properties } of ofFunctions) expect(Properties).toMatchObject({ FromPort: 443, ToPort: 443 });
    const inside = { 'Fn::GetAtt': [expect.stringMatching(/^Vpc/), 'CidrBlock'] };
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => (Properties as { SecurityGroupIngress?: unknown[] }).SecurityGroupIngress ?? [],
    );
    expect(rules).toHaveLength(5);
    for (const rule of rules) expect(rule).toMatchObject({ CidrIp: inside, FromPort: 443, ToPort: 443 });
  });

  it('is of a VPC of another stack, with its database, which does not depend on this one', () => {
    let group: SecurityGroup | undefined;
    const other = synthesised(
      project,
      (stack) => {
        const network = new Stack(stack.node.root as App, 'Network');
        const vpc = isolated(network);
        group = new SecurityGroup(network, 'Database', { vpc });
        return { vpc, encryptionKey: new Key(network, 'Key') };
      },
      ({ connections }) => {
        const database = new Connections({ securityGroups: group === undefined ? [] : [group] });
        connections.allowTo(database, Port.POSTGRES);
      },
    );
    expect(endpointsOf(other.template, 'Interface')).toHaveLength(5);
    other.template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5432, ToPort: 5432 });
  });

  it('is there before the run of a deployment begins', () => {
    const { template: deploying } = synthesised({ ...project, database: 'new' }, (stack) => ({
      ...{ vpc: isolated(stack), runOn: 'deploy' },
    }));
    const [run] = Object.values(deploying.findResources('Custom::CarryoverRun')) as { DependsOn?: string[] }[];
    const endpoints = Object.keys(deploying.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(7);
    expect(run?.DependsOn).toEqual(expect.arrayContaining(endpoints));
  });

  it('refuses endpoints that another Carryover makes in the same VPC', () => {
    const both = (vpcEndpoints?: EndpointName[]): unknown =>
      synthesised(project, (stack) => {
        const vpc = isolated(stack);
        new MigrationNetwork(stack, 'Other', { vpc });
        return { vpc, ...(vpcEndpoints === undefined ? {} : { vpcEndpoints }) };
      });
    expect(both).toThrow(/vpcEndpoints: another Carryover of this app makes dynamodb, s3, .* in this VPC/);
    expect(() => both([])).not.toThrow();
  });

  it('refuses to open endpoints to a VPC whose addresses it is not told', () => {
    const attempt = (): unknown =>
      synthesised(project, (stack) => ({
        vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
          ...{ vpcId: 'vpc-0a1b2c3d', availabilityZones: ['a'], privateSubnetIds: ['subnet-0a1b2c3d'] },
          privateSubnetRouteTableIds: ['rtb-0a1b2c3d'],
        }),
      }));
    expect(attempt).toThrow(/vpc: is imported without vpcCidrBlock/);
  });

  it('is what a database lets in', () => {
    expect(carryover.connections.securityGroups).toHaveLength(1);
    expect(synthesised(project).carryover.connections.securityGroups).toEqual([]);
  });

  it('makes the endpoints that are asked for alone', () => {
    const some = synthesised(project, (stack) => ({ vpc: isolated(stack), vpcEndpoints: ['dynamodb', 'sts'] }));
    expect(endpointsOf(some.template, 'Gateway')).toEqual(['dynamodb']);
    expect(endpointsOf(some.template, 'Interface')).toEqual(['sts']);
    const none = synthesised(project, (stack) => ({ vpc: isolated(stack), vpcEndpoints: [] }));
    none.template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  });

  it('takes a network that is there, with its groups and subnets', () => {
    const { template: imported } = synthesised(project, (stack) => {
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0a1b2c3d',
        availabilityZones: ['a'],
        privateSubnetIds: ['subnet-0a1b2c3d'],
        privateSubnetRouteTableIds: ['rtb-0a1b2c3d'],
      });
      return {
        vpc,
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0a1b2c3d')],
        vpcEndpoints: [],
      };
    });
    imported.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Carryover: the step migrate',
      VpcConfig: { SubnetIds: ['subnet-0a1b2c3d'], SecurityGroupIds: ['sg-0a1b2c3d'] },
    });
  });

  it('refuses a VPC whose subnets are all public, and endpoints that are none', () => {
    const publicOnly = (stack: Stack): IVpc =>
      new Vpc(stack, 'Vpc', { subnetConfiguration: [{ name: 'Open', subnetType: SubnetType.PUBLIC }] }) as IVpc;
    expect(() => synthesised(project, (stack) => ({ vpc: publicOnly(stack) }))).toThrow(/vpc: has no private subnets/);
    const endpoints = ['kinesis' as EndpointName];
    const attempt = (): unknown => synthesised(project, (stack) => ({ vpc: isolated(stack), vpcEndpoints: endpoints }));
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(`vpcEndpoints: "kinesis" is none of ${endpointNames.join(', ')}`);
  });
});
