import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Annotations, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Project } from '../src/project.js';
import { deployedStores, type DeployedStore } from '../src/project/deployed-stores.js';
import { Alarms } from './alarms.js';
import { EndRule } from './end-rule.js';
import { grantEvents } from './event-grant.js';
import { LedgerTable } from './ledger-table.js';
import { MigrationMachine } from './migration-machine.js';
import { StartSchedule } from './start-schedule.js';
import { CarryoverFunction, type Network } from './carryover-function.js';
import { grantStores } from './store-grants.js';
import { sizings, steps, type Step } from './steps.js';

export interface CarryoverStackProps extends StackProps {
  readonly project: Project;
  /** What `bundleFunctions` made of the same project: the folder that holds `<step>/index.mjs`. */
  readonly functions: string;
  /** How long logs are kept. Default: three months. */
  readonly logRetention?: RetentionDays;
  /** When an execution is ended that still runs. Default: 14 days. */
  readonly timeout?: Duration;
  /** Where the functions run. Default: outside of any network of yours. */
  readonly network?: Network;
  /** Who is told by mail when a run fails. Default: nobody; the topic is there to be subscribed to. */
  readonly alarmEmail?: string;
  /** Starts executions by the clock. Default: none. */
  readonly schedule?: { readonly expression: string; readonly input: object };
}

/** Everything that a project's migrations run on: the ledger, a function a step, the state machine, logs and alarms. */
export class CarryoverStack extends Stack {
  readonly ledger: LedgerTable;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  readonly machine: MigrationMachine;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: CarryoverStackProps) {
    super(scope, id, { description: 'Carryover: carries data between stores', ...props });
    const { project, logRetention = RetentionDays.THREE_MONTHS, timeout = Duration.days(14) } = props;
    const { stores, localStores } = deployedStores(project);
    this.ledger = new LedgerTable(this, 'Ledger', `${this.stackName}-ledger`);
    this.functions = this.createFunctions(props, logRetention);
    grantStores(this.functions, stores);
    // Abort alone issues events.
    grantEvents(this.functions.abort.function);
    this.machine = new MigrationMachine(this, 'Migration', {
      name: this.stackName,
      definition: definitionFile(),
      functions: this.functions,
      logRetention,
      timeout,
    });
    const { machine } = this.machine;
    new EndRule(this, 'End', { machine, abort: this.functions.abort });
    this.alarms = new Alarms(this, 'Alarms', { machine, functions: this.functions, email: props.alarmEmail });
    if (props.schedule !== undefined) new StartSchedule(this, 'Start', { machine, ...props.schedule });
    this.describe(stores, localStores);
  }

  private createFunctions({ functions, network }: CarryoverStackProps, logRetention: RetentionDays) {
    const lambdas = steps.map((step) => {
      const lambda = new CarryoverFunction(this, step, {
        name: step,
        description: `Carryover: the step ${step}`,
        deployment: this.stackName,
        functions,
        architecture: Architecture.ARM_64,
        sizing: sizings[step],
        logRetention,
        network,
      });
      this.ledger.usedBy(lambda.function);
      return [step, lambda] as const;
    });
    return Object.fromEntries(lambdas) as Record<Step, CarryoverFunction>;
  }

  /** Outputs, and a warning for stores that no function can open. */
  private describe(stores: readonly DeployedStore[], localStores: readonly string[]): void {
    if (localStores.length > 0)
      Annotations.of(this).addWarningV2(
        'carryover:localStores',
        `The command line alone can open ${localStores.join(', ')}: executions cannot.`,
      );
    new CfnOutput(this, 'StateMachineArn', { value: this.machine.machine.stateMachineArn });
    new CfnOutput(this, 'LedgerTableName', { value: this.ledger.table.tableName });
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarms.topic.topicArn });
    new CfnOutput(this, 'SampleInput', { value: sampleInput(stores), description: 'An input for an execution' });
    if (stores.some(({ chain }) => chain === 'database'))
      new CfnOutput(this, 'SampleUpInput', {
        value: JSON.stringify({ up: { dryRun: true } }),
        description: 'An input that shows what would bring the database to the newest version',
      });
  }
}

/** An input that names two of the declared stores; a dry run, so that trying it out touches nothing. */
function sampleInput(stores: readonly DeployedStore[]): string {
  const from = stores.find(({ isSource }) => isSource)?.name ?? 'SOURCE';
  const to = stores.find(({ isTarget, name }) => isTarget && name !== from)?.name ?? 'TARGET';
  return JSON.stringify({ copy: { from, to, tables: ['*'], dryRun: true } });
}

/** It lies at the package's root: beside this folder, or beside the folder of what is built. */
function definitionFile(): string {
  const beside = fileURLToPath(new URL('../statemachines/migration.asl.json', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../statemachines/migration.asl.json', import.meta.url));
}
