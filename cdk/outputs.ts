import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DeployedStore } from '../src/project/deployed-stores.js';

export interface OutputsProps {
  readonly name: string;
  readonly stateMachineArn: string;
  readonly ledgerTableName: string;
  readonly failureTopicArn: string;
  readonly stores: readonly DeployedStore[];
}

/** What the stack tells: where everything is, and inputs to paste into the console. They touch nothing: each is a dry run. */
export class Outputs extends Construct {
  constructor(scope: Construct, id: string, props: OutputsProps) {
    super(scope, id);
    const { stores } = props;
    this.output('Name', props.name, 'What the command line takes as --stack');
    this.output('StateMachineArn', props.stateMachineArn, 'Executions of it are runs');
    this.output('LedgerTableName', props.ledgerTableName, 'What every run did');
    this.output('FailureTopicArn', props.failureTopicArn, 'Told of what fails');
    for (const { id: sample, input, description } of sampleInputs(stores))
      this.output(sample, JSON.stringify(input), description);
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

interface Sample {
  readonly id: string;
  readonly input: object;
  readonly description: string;
}

/** An input for each thing that the declared stores allow. */
function sampleInputs(stores: readonly DeployedStore[]): Sample[] {
  const from = stores.find(({ isSource }) => isSource)?.name;
  const to = stores.find(({ isTarget, name }) => isTarget && name !== from)?.name;
  const copy = { copy: { from, to, tables: ['*'], dryRun: true } };
  const samples: Sample[] = [];
  if (from !== undefined && to !== undefined)
    samples.push({ id: 'SampleCopyInput', input: copy, description: 'Shows what a copy would carry' });
  if (stores.some(({ chain }) => chain === 'database')) {
    const description = 'Shows what would bring the database to the newest version';
    samples.push({ id: 'SampleUpInput', input: { up: { dryRun: true } }, description });
  }
  return samples;
}
