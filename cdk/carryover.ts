import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stage } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Connections, type IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IDependable } from 'constructs';
import { allTogether } from './all-together.js';
import { Alarms } from './alarms/alarms.js';
import { createAttendants, type Attendants } from './functions/attendants.js';
import type { CarryoverFunction, FunctionSettings } from './functions/carryover-function.js';
import type { CarryoverProps } from './carryover-props.js';
import { MigrationDashboard } from './alarms/dashboard.js';
import { DeadLetters } from './dead-letters.js';
import { deploymentName } from './deployment-name.js';
import { EndRule } from './end-rule.js';
import { FailureTopic } from './alarms/failure-topic.js';
import { eventSteps, grantEvents } from './grants/event-grant.js';
import type { ProjectFunction } from './functions/function-names.js';
import { allowLogs } from './grants/key-policy.js';
import { letStart } from './grants/machine-grants.js';
import { LedgerTable } from './ledger-table.js';
import { checkedLimits, type CheckedLimits } from './limits.js';
import { MigrationMachine } from './migration-machine.js';
import { MigrationNetwork } from './migration-network.js';
import { Outputs } from './outputs.js';
import { warnOfStores } from './store-warnings.js';
import { bundleProjectSync, type ProjectBundle } from './bundle/project-bundle.js';
import { PruneSchedule } from './prune-schedule.js';
import { assertStartable, Starts } from './starts/starts.js';
import { createSteps } from './functions/step-functions.js';
import { grantStores, storeEnvironment } from './grants/store-grants.js';
import { steps } from './functions/steps.js';
import { Watcher } from './alarms/watcher.js';

/**
 * Everything that a project's migrations run on: the ledger, a function a step, the state machine, who starts it and who
 * is told when it fails. Throws InputError, with all faults together, for a project or properties that could not be deployed.
 */
export class Carryover extends Construct implements IConnectable {
  /** The deployment's name: `--stack` of the command line. */
  readonly name: string;
  readonly stateMachine: StateMachine;
  readonly ledger: Table;
  /** By what the functions of a VPC reach a database, of whichever stack: `carryover.connections.allowToDefaultPort(database)`. */
  readonly connections: Connections;
  readonly dashboard: Dashboard;
  /** Where alarms go. */
  readonly failureTopic: ITopic;
  /** The functions that open the ledger and the project's stores. */
  readonly functions: Readonly<Record<ProjectFunction, CarryoverFunction>>;
  private readonly ledgerTable: LedgerTable;
  private readonly migrationNetwork: MigrationNetwork | undefined;

  constructor(scope: Construct, id: string, props: CarryoverProps) {
    super(scope, id);
    const { name, bundle, limits } = this.checked(props);
    this.name = name;
    const { encryptionKey } = props;
    if (encryptionKey !== undefined) allowLogs(encryptionKey, this);
    this.ledgerTable = new LedgerTable(this, 'Ledger', { tableName: `${name}-ledger`, encryptionKey });
    this.ledger = this.ledgerTable.table;
    this.migrationNetwork = this.network(props);
    const network = this.migrationNetwork?.network;
    this.connections = new Connections({ securityGroups: network?.securityGroups ?? [] });
    const settings = this.settings(bundle, limits, { encryptionKey, network, release: props.release });
    const attendants = createAttendants(this, settings, props);
    this.functions = { ...createSteps(this, settings, limits), watch: attendants.watch };
    this.grant(bundle);
    const migration = new MigrationMachine(this, 'Migration', {
      ...{ name, definition: definitionFile(), functions: this.functions, encryptionKey },
      logRetention: limits.logRetention,
      timeout: limits.executionTimeout,
    });
    const failures = new FailureTopic(this, 'Failures', { onFailure: props.onFailure, encryptionKey });
    [this.stateMachine, this.failureTopic] = [migration.machine, failures.topic];
    this.dashboard = this.surround(props, settings, attendants, [migration, failures]);
    this.tell(bundle);
  }

  /**
   * Lets somebody start runs, redrive and stop them, and see how they go: what `carryover … --stack` needs, and an application that
   * starts runs by the API.
   */
  grantStart(grantee: IGrantable): void {
    letStart(grantee, this.stateMachine);
    this.ledgerTable.readBy(grantee);
  }

  /** What can be told before anything is made, all faults together. */
  private checked(props: CarryoverProps): { name: string; bundle: ProjectBundle; limits: CheckedLimits } {
    let bundle: ProjectBundle | undefined;
    return allTogether({
      name: () => deploymentName(this, props.name),
      bundle: () => (bundle = this.bundled(props.project)),
      limits: () => checkedLimits(props.limits ?? {}, bundle?.concurrency ?? 1),
      starts: () => assertStartable(props, bundle?.deployable.stores),
    });
  }

  private bundled(project: string | ProjectBundle): ProjectBundle {
    if (typeof project !== 'string') return project;
    return bundleProjectSync(project, join(Stage.of(this)?.outdir ?? 'cdk.out', `functions.${this.node.addr}`));
  }

  private network({ vpc, vpcSubnets, securityGroups, vpcEndpoints }: CarryoverProps): MigrationNetwork | undefined {
    if (vpc === undefined) return undefined;
    return new MigrationNetwork(this, 'Network', { vpc, vpcSubnets, securityGroups, endpoints: vpcEndpoints });
  }

  private settings(
    { functions, deployable }: ProjectBundle,
    { architecture, logRetention, settings }: CheckedLimits,
    place: Pick<FunctionSettings, 'encryptionKey' | 'network' | 'release'>,
  ): FunctionSettings {
    const environment = {
      CARRYOVER_LEDGER_TABLE: this.ledger.tableName,
      CARRYOVER_SETTINGS: JSON.stringify(settings),
      ...storeEnvironment(deployable.stores),
    };
    return { deployment: this.name, functions, architecture, logRetention, environment, ...place };
  }

  private grant({ deployable: { stores } }: ProjectBundle): void {
    const { watch } = this.functions;
    for (const step of steps) this.ledgerTable.usedBy(this.functions[step].function);
    this.ledgerTable.readBy(watch.function);
    grantStores(this.functions, stores);
    for (const step of eventSteps) grantEvents(this.functions[step].function);
  }

  /** What stands beside the state machine: who ends runs, watches and prunes, who is told, and last who starts runs. */
  private surround(
    props: CarryoverProps,
    settings: FunctionSettings,
    attendants: Attendants,
    made: readonly IDependable[],
  ): Dashboard {
    const { encryptionKey } = settings;
    const { stateMachine: machine, functions, failureTopic: topic, name: deployment } = this;
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters', { encryptionKey });
    const end = new EndRule(this, 'End', { machine, abort: functions.abort, deadLetters, encryptionKey });
    const pruned = steps.map((step) => functions[step].function);
    const prune = attendants.prune.function;
    new PruneSchedule(this, 'Prune', { prune, functions: pruned, machine, encryptionKey, deadLetters });
    const watcher = new Watcher(this, 'Watcher', attendants);
    const alarms = new Alarms(this, 'Alarms', { deployment, machine, functions, attendants, deadLetters, topic });
    const shown = { deployment, machine, functions, attendants, alarms: alarms.alarms };
    const { dashboard } = new MigrationDashboard(this, 'Dashboard', shown);
    const versions = steps.map((step) => functions[step].version.functionArn);
    // With the endpoints by which a run reaches its stores, which take minutes.
    const network = this.migrationNetwork === undefined ? [] : [this.migrationNetwork];
    const after = [...made, end, watcher, alarms, ...network, ...Object.values(functions)];
    new Starts(this, 'Starts', { ...props, machine, attendants, settings, versions, deadLetters, after });
    return dashboard;
  }

  private tell({ deployable }: ProjectBundle): void {
    const { stores } = deployable;
    warnOfStores(this, deployable);
    const { name } = this;
    const { stateMachineArn } = this.stateMachine;
    const { topicArn: failureTopicArn } = this.failureTopic;
    const ledgerTableName = this.ledger.tableName;
    new Outputs(this, 'Outputs', { name, stateMachineArn, ledgerTableName, failureTopicArn, stores });
  }
}

/** It lies at the package's root: beside this folder, or beside the folder of what is built. */
function definitionFile(): string {
  const beside = fileURLToPath(new URL('../statemachines/migration.asl.json', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../statemachines/migration.asl.json', import.meta.url));
}
