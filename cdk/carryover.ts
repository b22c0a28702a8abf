import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, Stage } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Connections, type IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { CarryoverFunction, type FunctionSettings, type Network } from './carryover-function.js';
import type { CarryoverProps } from './carryover-props.js';
import { DeadLetters } from './dead-letters.js';
import { deploymentName } from './deployment-name.js';
import { EndRule } from './end-rule.js';
import { eventSteps, grantEvents } from './event-grant.js';
import { allowLogs } from './key-policy.js';
import { LedgerTable } from './ledger-table.js';
import { checkedLimits, type CheckedLimits } from './limits.js';
import { MigrationMachine } from './migration-machine.js';
import { MigrationNetwork } from './migration-network.js';
import { Outputs } from './outputs.js';
import { bundleProjectSync, type ProjectBundle } from './project-bundle.js';
import { grantStores } from './store-grants.js';
import { mapSteps, sizingOf, steps, type Step } from './steps.js';

/**
 * Everything that a project's migrations run on: the ledger, a function a step, the state machine, who starts it and who
 * is told when it fails. Throws InputError, with all faults together, for a project or properties that could not be deployed.
 */
export class Carryover extends Construct implements IConnectable {
  /** The deployment's name: `--stack` of the command line. */
  readonly name: string;
  readonly stateMachine: StateMachine;
  readonly ledger: Table;
  /** The functions of the steps. */
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  /** What lets the functions to a database, or it to them. Empty where there is no VPC. */
  readonly connections: Connections;
  private readonly ledgerTable: LedgerTable;

  constructor(scope: Construct, id: string, props: CarryoverProps) {
    super(scope, id);
    this.name = deploymentName(this, props.name);
    const bundle = this.bundled(props.project);
    const limits = checkedLimits(props.limits ?? {}, bundle.concurrency);
    const { encryptionKey } = props;
    if (encryptionKey !== undefined) allowLogs(encryptionKey, this);
    const network = this.network(props);
    this.connections = new Connections({ securityGroups: network?.securityGroups ?? [] });
    this.ledgerTable = new LedgerTable(this, 'Ledger', { tableName: `${this.name}-ledger`, encryptionKey });
    this.ledger = this.ledgerTable.table;
    const settings = this.functionSettings(bundle, limits, props);
    this.functions = this.createSteps({ ...settings, network }, limits);
    grantStores(this.functions, bundle.deployable.stores);
    for (const step of eventSteps) grantEvents(this.functions[step].function);
    this.stateMachine = new MigrationMachine(this, 'Migration', {
      name: this.name,
      definition: definitionFile(),
      functions: this.functions,
      logRetention: limits.logRetention,
      timeout: limits.executionTimeout,
      encryptionKey,
    }).machine;
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters', { encryptionKey });
    new EndRule(this, 'End', { machine: this.stateMachine, abort: this.functions.abort, deadLetters, encryptionKey });
    this.tell(bundle);
  }

  /**
   * Lets somebody start runs, redrive and stop them, and see how they go: what `carryover … --stack` needs, and an application that
   * starts runs by the API.
   */
  grantStart(grantee: IGrantable): void {
    this.stateMachine.grantStartExecution(grantee);
    this.stateMachine.grantRead(grantee);
    this.stateMachine.grantExecution(grantee, 'states:RedriveExecution', 'states:StopExecution');
    this.ledgerTable.readBy(grantee);
  }

  private bundled(project: string | ProjectBundle): ProjectBundle {
    if (typeof project !== 'string') return project;
    return bundleProjectSync(project, join(Stage.of(this)?.outdir ?? 'cdk.out', `functions.${this.node.addr}`));
  }

  private network({ vpc, vpcSubnets, securityGroups, vpcEndpoints }: CarryoverProps): Network | undefined {
    if (vpc === undefined) return undefined;
    return new MigrationNetwork(this, 'Network', { vpc, vpcSubnets, securityGroups, endpoints: vpcEndpoints }).network;
  }

  private functionSettings(
    { functions }: ProjectBundle,
    { architecture, logRetention, settings }: CheckedLimits,
    { encryptionKey }: CarryoverProps,
  ): FunctionSettings {
    const environment = { CARRYOVER_LEDGER_TABLE: this.ledger.tableName, CARRYOVER_SETTINGS: JSON.stringify(settings) };
    return { deployment: this.name, functions, architecture, logRetention, encryptionKey, environment };
  }

  private createSteps(settings: FunctionSettings, limits: CheckedLimits): Readonly<Record<Step, CarryoverFunction>> {
    const created = steps.map((step) => {
      const lambda = new CarryoverFunction(this, step, {
        ...settings,
        name: step,
        description: `Carryover: the step ${step}`,
        sizing: sizingOf(step, limits),
        reservedConcurrentExecutions: mapSteps.includes(step) ? limits.reservedConcurrency : undefined,
      });
      this.ledgerTable.usedBy(lambda.function);
      return [step, lambda] as const;
    });
    return Object.fromEntries(created) as Record<Step, CarryoverFunction>;
  }

  private tell({ deployable: { stores, localStores } }: ProjectBundle): void {
    new Outputs(this, 'Outputs', {
      name: this.name,
      stateMachineArn: this.stateMachine.stateMachineArn,
      ledgerTableName: this.ledger.tableName,
      stores,
    });
    if (localStores.length === 0) return;
    const message = `The command line alone can open ${localStores.join(', ')}: executions cannot.`;
    Annotations.of(this).addWarningV2('carryover:localStores', message);
  }
}

/** It lies at the package's root: beside this folder, or beside the folder of what is built. */
function definitionFile(): string {
  const beside = fileURLToPath(new URL('../statemachines/migration.asl.json', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../statemachines/migration.asl.json', import.meta.url));
}
