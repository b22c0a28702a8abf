import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { CarryoverFunction } from '../../cdk/functions/carryover-function.js';
import { attendants, functionNames, type Attendant, type FunctionName } from '../../cdk/functions/function-names.js';
import { steps, type Step } from '../../cdk/functions/steps.js';

/** What a deployment named `orders` is made of, with functions that do nothing, and what `add` makes of these parts. */
export function templateOf(add: (parts: ReturnType<typeof partsIn>) => void): Template {
  const folder = mkdtempSync(join(tmpdir(), 'test-functions-'));
  try {
    for (const name of functionNames) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), `export const handler = () => '${name}';`);
    }
    const stack = new Stack(new App({ outdir: join(folder, 'cdk.out') }), 'Test');
    add(partsIn(new Construct(stack, 'Carryover'), folder));
    return Template.fromStack(stack);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function partsIn(scope: Construct, functions: string) {
  const made = <Name extends FunctionName>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, functionIn(scope, functions, name)])) as Record<
      Name,
      CarryoverFunction
    >;
  return {
    scope,
    deployment: 'orders',
    machine: new StateMachine(scope, 'Machine', { definitionBody: DefinitionBody.fromChainable(new Pass(scope, 'P')) }),
    functions: made<Step>(steps),
    attendants: made<Attendant>(attendants),
    deadLetters: new Queue(scope, 'DeadLetters'),
  };
}

function functionIn(scope: Construct, functions: string, name: FunctionName): CarryoverFunction {
  return new CarryoverFunction(scope, name, {
    ...{ name, functions, description: name, deployment: 'orders' },
    architecture: Architecture.ARM_64,
    logRetention: RetentionDays.ONE_WEEK,
    sizing: { timeout: Duration.minutes(5), memory: Size.mebibytes(512) },
  });
}
