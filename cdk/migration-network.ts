import { Stack } from 'aws-cdk-lib';
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  type ISecurityGroup,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { InputError } from '../src/errors.js';
import type { Network } from './functions/carryover-function.js';

const gateways = {
  dynamodb: GatewayVpcEndpointAwsService.DYNAMODB,
  s3: GatewayVpcEndpointAwsService.S3,
} as const;

const interfaces = {
  secretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  sts: InterfaceVpcEndpointAwsService.STS,
  events: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  states: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
} as const;

/** A service of AWS that the functions reach from within a VPC. */
export type EndpointName = keyof typeof gateways | keyof typeof interfaces;

export const endpointNames = [...Object.keys(gateways), ...Object.keys(interfaces)] as readonly EndpointName[];

export interface MigrationNetworkProps {
  readonly vpc: IVpc;
  /** Default: those with a way out, else those without. */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /** Default: one of its own, which may reach everything and which nothing reaches. */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
  /** The endpoints that are made. Default all: leave out those that the VPC has already, of which it takes one each. */
  readonly endpoints?: readonly EndpointName[] | undefined;
}

/**
 * Where the functions run that open stores which a private network alone lets to: with endpoints, so that what they need of AWS in
 * this region is reached without a way into the internet. Stores of other regions need one (NAT).
 */
export class MigrationNetwork extends Construct {
  readonly network: Network;

  constructor(scope: Construct, id: string, props: MigrationNetworkProps) {
    super(scope, id);
    const { vpc, endpoints = endpointNames } = props;
    assertKnown(endpoints);
    this.assertFirst(vpc, endpoints);
    const vpcSubnets = props.vpcSubnets ?? defaultSubnets(vpc);
    const securityGroups = [...(props.securityGroups ?? [this.securityGroup(vpc)])];
    this.network = { vpc, vpcSubnets, securityGroups };
    for (const name of endpoints) this.addEndpoint(name);
  }

  private securityGroup(vpc: IVpc): ISecurityGroup {
    return new SecurityGroup(this, 'Functions', {
      vpc,
      description: `Carryover: the functions of ${Stack.of(this).stackName}`,
      allowAllOutbound: true,
    });
  }

  /** In this stack, whichever the VPC is of: that one would depend on the functions' group, and this one on it. */
  private addEndpoint(name: EndpointName): void {
    const { vpc, vpcSubnets: subnets, securityGroups } = this.network;
    if (name in gateways) {
      const service = gateways[name as keyof typeof gateways];
      new GatewayVpcEndpoint(this, name, { vpc, service, subnets: [subnets] });
      return;
    }
    const service = interfaces[name as keyof typeof interfaces];
    assertOpenable(vpc, name);
    // Open to the VPC: the name of the service leads everything in it here from now on, and who were kept out would lose the service.
    const endpoint = new InterfaceVpcEndpoint(this, name, { vpc, service, subnets });
    // The VPC's first range of addresses need not be theirs.
    for (const group of securityGroups) endpoint.connections.allowDefaultPortFrom(group, 'Carryover');
  }

  /** A VPC takes one endpoint of each, which CloudFormation would find out half-way. */
  private assertFirst(vpc: IVpc, endpoints: readonly EndpointName[]): void {
    const others = this.node.root.node
      .findAll()
      .filter((other) => other instanceof MigrationNetwork && other !== this && other.network.vpc === vpc);
    const taken = endpoints.filter((name) => others.some((other) => other.node.tryFindChild(name) !== undefined));
    if (taken.length === 0) return;
    const message = `another Carryover of this app makes ${taken.join(', ')} in this VPC: leave them out here, like vpcEndpoints: []`;
    throw new InputError([{ field: 'vpcEndpoints', message }]);
  }
}

/** What was imported by its parts may lack its range of addresses. */
function assertOpenable(vpc: IVpc, name: EndpointName): void {
  try {
    void vpc.vpcCidrBlock;
  } catch {
    const message = `is imported without vpcCidrBlock, which the endpoint of ${name} is opened to: give it, or leave the endpoint out by vpcEndpoints`;
    throw new InputError([{ field: 'vpc', message }]);
  }
}

/** Public subnets give functions no way out. */
function defaultSubnets(vpc: IVpc): SubnetSelection {
  if (vpc.privateSubnets.length > 0) return { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
  if (vpc.isolatedSubnets.length > 0) return { subnetType: SubnetType.PRIVATE_ISOLATED };
  throw new InputError([
    { field: 'vpc', message: 'has no private subnets, and functions reach nothing from public ones: give vpcSubnets' },
  ]);
}

function assertKnown(endpoints: readonly EndpointName[]): void {
  const unknown = endpoints.filter((name) => !endpointNames.includes(name));
  if (unknown.length === 0) return;
  throw new InputError(
    unknown.map((name) => ({ field: 'vpcEndpoints', message: `"${name}" is none of ${endpointNames.join(', ')}` })),
  );
}
