import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Limits } from './limits.js';
import type { EndpointName } from './migration-network.js';
import type { ProjectBundle } from './bundle/project-bundle.js';
import type { StartRules } from './starts/starts.js';

/** What a deployment is told. Only `project` must be given. */
export interface CarryoverProps extends StartRules {
  /**
   * The folder that holds `carryover.config.ts` and its migrations, or the path of the configuration, from where the app runs: it is bundled
   * into the functions, and says what rights they get. What was bundled before is taken as it is.
   */
  readonly project: string | ProjectBundle;
  /**
   * The name of the deployment, which the command line's `--stack` takes: the state machine's own, and the ledger's before
   * `-ledger`. One an account and region. Default: the stack's name and the construct's id; required in a nested stack.
   */
  readonly name?: string;
  /**
   * A label of what is deployed, like a commit's or a pipeline's: with another label the functions' versions are published anew, and
   * `runOn` starts a run. Needed to deploy the very same code again after a rollback, whose versions Lambda still has. Default: none;
   * versions follow from the code and the configuration alone.
   */
  readonly release?: string;
  /** Who is told of failures: an address, or a topic that hands them on. Default: nobody; `failureTopic` is there to be subscribed to. */
  readonly onFailure?: FailureReceiver;
  /** The network of stores that are not reached from outside of it. Default: none. */
  readonly vpc?: IVpc;
  /** Default: the private subnets of the VPC, those with a way out first. */
  readonly vpcSubnets?: SubnetSelection;
  /** Default: one of its own, which nothing reaches: `connections` lets it to a database. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** The endpoints that are made in the VPC. Default: all; leave out those that it has. */
  readonly vpcEndpoints?: readonly EndpointName[];
  /** Encrypts the ledger, executions, queues, logs, environments and the topic. Default: keys of AWS; the topic's messages have none. */
  readonly encryptionKey?: IKey;
  readonly limits?: Limits;
}

export type FailureReceiver = { readonly email: string } | ITopic;
