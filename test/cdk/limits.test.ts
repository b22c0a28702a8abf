import { Duration, Size } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { checkedLimits, type Limits } from '../../cdk/limits.js';
import { InputError } from '../../src/errors.js';
import { withDefaults } from '../../src/settings.js';
import { synthesised } from './synthesised.js';

const refusal = (limits: Limits, concurrency = 8): readonly string[] => {
  try {
    checkedLimits(limits, concurrency);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults.map(({ field, message }) => `${field}: ${message}`);
  }
};

describe('the limits of a deployment', () => {
  it('are sane where nothing is said', () => {
    expect(checkedLimits({}, 8)).toMatchObject({
      functionTimeout: Duration.minutes(14),
      memory: Size.mebibytes(1769),
      architecture: Architecture.ARM_64,
      executionTimeout: Duration.days(14),
      settings: {},
    });
  });

  it.each<[Limits, string]>([
    [
      { functionTimeout: Duration.minutes(15) },
      'limits.functionTimeout: is 900 seconds: give a whole number of 60 to 840',
    ],
    [
      { functionTimeout: Duration.seconds(59) },
      'limits.functionTimeout: is 59 seconds: give a whole number of 60 to 840',
    ],
    [{ functionTimeout: Duration.millis(60_500) }, 'limits.functionTimeout: is 60.5 seconds'],
    [{ memory: Size.mebibytes(128) }, 'limits.memory: is 128 MiB: give a whole number of 256 to 10,240'],
    [{ memory: Size.gibibytes(11) }, 'limits.memory: is 11264 MiB'],
    [{ memory: Size.kibibytes(1_000_001) }, 'limits.memory: is 976.5634765625 MiB'],
    [{ executionTimeout: Duration.minutes(59) }, 'limits.executionTimeout: is 3540 seconds'],
    [{ executionTimeout: Duration.days(366) }, 'limits.executionTimeout: is 31622400 seconds'],
    [{ concurrency: 0 }, 'limits.concurrency: is 0 units at a time: give a whole number of 1 to 1,000'],
    [{ concurrency: 1_001 }, 'limits.concurrency: is 1001'],
    [{ readUnitsPerSecond: 0.5 }, 'limits.readUnitsPerSecond: is 0.5 capacity units a second'],
    [{ writeUnitsPerSecond: Number.NaN }, 'limits.writeUnitsPerSecond: is NaN capacity units a second'],
    [{ reservedConcurrency: -1 }, 'limits.reservedConcurrency: is -1 calls at a time'],
  ])('refuse %j, naming the property', (limits, fault) => {
    expect(refusal(limits)).toEqual([expect.stringContaining(fault)]);
  });

  it('are refused all together', () => {
    const faults = refusal({ memory: Size.mebibytes(1), concurrency: 2_000, executionTimeout: Duration.seconds(1) });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'limits.memory',
      'limits.executionTimeout',
      'limits.concurrency',
    ]);
  });

  it('keep room for every unit that a run works on at a time', () => {
    expect(refusal({ reservedConcurrency: 7 })).toEqual([
      expect.stringMatching(/^limits\.reservedConcurrency: is 7, and runs work on 8 units at a time/),
    ]);
    expect(refusal({ reservedConcurrency: 7 }, 7)).toEqual([]);
    expect(refusal({ reservedConcurrency: 7, concurrency: 7 })).toEqual([]);
  });

  it('reach functions, state machine and runs', () => {
    const { template } = synthesised(
      { stores: {} },
      {
        limits: {
          functionTimeout: Duration.minutes(5),
          memory: Size.mebibytes(3_000),
          architecture: Architecture.X86_64,
          reservedConcurrency: 20,
          concurrency: 20,
          writeUnitsPerSecond: 500,
          executionTimeout: Duration.days(2),
        },
      },
    );
    const settings = { concurrency: 20, writeUnitsPerSecond: 500 };
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Carryover: the step migrate',
      Timeout: 300,
      MemorySize: 3_000,
      Architectures: ['x86_64'],
      ReservedConcurrentExecutions: 20,
      Environment: { Variables: { CARRYOVER_SETTINGS: JSON.stringify(settings) } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Carryover: the step abort',
      Timeout: 120,
      MemorySize: 512,
    });
    expect(withDefaults(settings)).toMatchObject(settings);
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const { DefinitionString } = machine?.['Properties'] as { DefinitionString: string };
    expect(JSON.parse(DefinitionString)).toMatchObject({ TimeoutSeconds: 2 * 24 * 3_600 });
  });
});
