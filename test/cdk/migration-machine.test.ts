import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { checkedLimits } from '../../cdk/limits.js';
import { sizingOf, steps } from '../../cdk/functions/steps.js';
import { rightsOf, statementsOf, synthesised, textOf } from './synthesised.js';

/** It comes without types, and as CommonJS alone. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown, options: object) => object;

const file = readFileSync(new URL('../../statemachines/migration.asl.json', import.meta.url), 'utf8');
const { template } = synthesised({ stores: {} });
/** The longest that a function may take. */
const limits = checkedLimits({}, 8);

interface Machine {
  readonly DefinitionString: string;
  readonly DefinitionSubstitutions: Record<string, { readonly Ref: string }>;
}

const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine')).map(
  ({ Properties }) => Properties as Machine,
) as [Machine];

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

function tasksOf(states: Record<string, State>): State[] {
  return Object.values(states).flatMap((state) => [
    ...(state.Type === 'Task' ? [state] : []),
    ...tasksOf(state.ItemProcessor?.States ?? {}),
  ]);
}

describe('MigrationMachine', () => {
  it('deploys the file as it stands, with a time-out', () => {
    const { TimeoutSeconds, ...definition } = JSON.parse(machine.DefinitionString) as Record<string, unknown>;
    expect(definition).toEqual(JSON.parse(file));
    expect(TimeoutSeconds).toBe(14 * 24 * 3_600);
  });

  it('puts in a published version for each placeholder, and for nothing else', () => {
    const placeholders = [...file.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const substitutions = machine.DefinitionSubstitutions;
    expect(new Set(Object.keys(substitutions))).toEqual(new Set(placeholders));
    const versions = Object.keys(template.findResources('AWS::Lambda::Version'));
    expect(
      Object.values(substitutions)
        .map(({ Ref }) => Ref)
        .sort(),
    ).toEqual(versions.sort());
  });

  it('is accepted by the validator once the versions are put in', () => {
    const definition = machine.DefinitionString.replaceAll(
      /\$\{\w+\}/g,
      'arn:aws:lambda:eu-west-1:123456789012:function:step:1',
    );
    expect(validate(JSON.parse(definition), { checkArn: false })).toMatchObject({ isValid: true });
  });

  it('waits for each function longer than the function may take', () => {
    const tasks = tasksOf((JSON.parse(file) as { States: Record<string, State> }).States);
    expect(tasks.length).toBeGreaterThanOrEqual(steps.length);
    for (const { Resource = '', TimeoutSeconds = 0 } of tasks) {
      const step = steps.find((name) => Resource.toLowerCase() === `\${${name}functionarn}`);
      if (step === undefined) throw new Error(`${Resource} is no step`);
      expect(TimeoutSeconds).toBeGreaterThan(sizingOf(step, limits).timeout.toSeconds());
    }
  });

  it('is found by the name of the stack, is traced, logs errors without data, and ends', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'Test',
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: Match.objectLike({ Level: 'ERROR', IncludeExecutionData: false }),
    });
  });

  it('may call every version of the functions', () => {
    const rights = rightsOf(statementsOf(template, 'Migration')).filter((right) => right.startsWith('lambda:'));
    expect(rights).toHaveLength(steps.length);
    for (const step of steps)
      expect(rights).toContainEqual(
        expect.stringMatching(new RegExp(`^lambda:InvokeFunction on \\$\\{Carryover${step}Function\\w+\\.Arn\\}:\\*$`)),
      );
  });

  it('may run a Distributed Map, by a policy that names it by text', () => {
    const states = 'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}';
    expect(rightsOf(statementsOf(template, 'MigrationDistributedMap'))).toEqual([
      `states:DescribeExecution on ${states}:execution:Test/*`,
      `states:DescribeExecution on ${states}:execution:Test:*`,
      `states:RedriveExecution on ${states}:execution:Test/*`,
      `states:RedriveExecution on ${states}:execution:Test:*`,
      `states:StartExecution on ${states}:stateMachine:Test`,
      `states:StopExecution on ${states}:execution:Test/*`,
      `states:StopExecution on ${states}:execution:Test:*`,
    ]);
  });

  it('may use the key of executions for those of a Distributed Map too, whose machine has a name of its own', () => {
    const { template: encrypted } = synthesised({ stores: {} }, (stack) => ({ encryptionKey: new Key(stack, 'Key') }));
    const ofKey = statementsOf(encrypted, 'MigrationDistributedMap').filter(({ Action }) =>
      [Action].flat().includes('kms:GenerateDataKey'),
    );
    expect(ofKey).toHaveLength(1);
    const { ArnLike } = ofKey[0]?.Condition as { ArnLike: Record<string, unknown> };
    expect(textOf(ArnLike['kms:EncryptionContext:aws:states:stateMachineArn'])).toMatch(/:stateMachine:Test\/\*$/);
  });
});
