import { createRequire } from 'node:module';
import { StateMachine } from 'aws-local-stepfunctions';
import * as errors from '../../src/errors.js';
import { definition } from '../support/copy-run.js';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly Retry[];
  readonly Catch?: readonly { ErrorEquals: string[]; Next: string }[];
  readonly ItemProcessor?: { States: Record<string, State>; ProcessorConfig: { Mode: string } };
}

interface Retry {
  readonly ErrorEquals: string[];
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: string;
}

const top = (definition as { States: Record<string, State> }).States;
const within = Object.values(top).flatMap(({ ItemProcessor }) => Object.entries(ItemProcessor?.States ?? {}));
const tasks = [...Object.entries(top), ...within].filter(([, { Type }]) => Type === 'Task');
const withArns = JSON.parse(
  JSON.stringify(definition).replaceAll(
    /\$\{(\w+)FunctionArn\}/g,
    'arn:aws:lambda:us-east-1:123456789012:function:$1:1',
  ),
) as object;

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const payloadBytes = 256 * 1024;

describe('the state machine', () => {
  test('is accepted by asl-validator', () => {
    const validate = createRequire(import.meta.url)('asl-validator') as (d: object, o: object) => object;
    expect(validate(withArns, { checkArn: false })).toMatchObject({ isValid: true, errors: [] });
  });

  test('gives each task a timeout, and retries of service errors and our own with backoff, a cap and jitter', () => {
    expect(tasks.length).toBeGreaterThanOrEqual(13);
    for (const [name, { TimeoutSeconds, Retry }] of tasks) {
      expect({ name, TimeoutSeconds }).toEqual({ name, TimeoutSeconds: 870 });
      const names = Retry?.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(names).toEqual(expect.arrayContaining(['Lambda.ServiceException', 'Lambda.TooManyRequestsException']));
      expect(names).toEqual(expect.arrayContaining(['ThrottledError', 'StoreUnavailableError', 'OutcomeUnknownError']));
      expect(names).not.toContain('States.ALL');
      expect(Retry?.[0]).toMatchObject({ BackoffRate: 2, MaxDelaySeconds: 10, JitterStrategy: 'FULL' });
    }
  });

  /** A worker that dies the same way each time must not be started eight times at fifteen minutes each. */
  test('retries a function that crashed, ran out of memory or out of time, but only a few times', () => {
    // What Lambda calls the end of a process, and what Step Functions makes of an end without a name:
    // https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
    const crashes = [
      'Runtime.ExitError',
      'Runtime.OutOfMemory',
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'States.Timeout',
    ];
    for (const [name, { Retry = [] }] of tasks) {
      const crashed = Retry.filter(({ ErrorEquals }) => ErrorEquals.some((error) => crashes.includes(error)));
      expect({ name, crashed }).toMatchObject({ name, crashed: [{ ErrorEquals: crashes, MaxAttempts: 3 }] });
    }
  });

  test('retries only names that our errors have', () => {
    const own = new Set(Object.keys(errors));
    const retried = tasks.flatMap(([, { Retry }]) => Retry?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? []);
    const ours = retried.filter((name) => !/^(Lambda|Runtime|States|Sandbox)\./.test(name));
    expect(ours.filter((name) => !own.has(name))).toEqual([]);
  });

  test('leads every error to Abort, and the error of a unit to its own record', () => {
    for (const [name, { Type, Catch }] of Object.entries(top)) {
      if (!['Task', 'Map'].includes(Type) || name === 'Abort') continue;
      expect({ name, Catch }).toMatchObject({ name, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Abort' }] });
    }
    for (const [name, { Type, Catch }] of within)
      if (Type === 'Task')
        expect({ name, next: Catch?.[0]?.Next }).toMatchObject({ next: expect.stringMatching(/Unit(Failed|End)$/) });
  });

  test('distributes its Maps', () => {
    const maps = Object.values(top).filter(({ Type }) => Type === 'Map');
    expect(maps.map(({ ItemProcessor }) => ItemProcessor?.ProcessorConfig.Mode)).toEqual(Array(3).fill('DISTRIBUTED'));
  });

  test('keeps every payload under 256 KB with 10,000 units in each Map', async () => {
    const units = Array.from({ length: 10_000 }, (_, unit) => unit);
    const run = {
      id: '01JDABCDEFGHJKMNPQRSTVWXYZ',
      attempt: '01JDABCDEFGHJKMNPQRSTVWXYZ',
      token: 123_456,
      concurrency: 1_000,
    };
    let begun = 0;
    const located = { judged: 0 };
    const answers: Record<string, () => unknown> = {
      Begin: () => ({ ...run, pending: begun++ === 0 }),
      Setup: () => ({ done: true, units }),
      Expect: () => ({ done: true, units }),
      Judge: () => (located.judged++ === 0 ? { next: 'locate', units } : { next: 'complete', units: [] }),
      Complete: () => ({ done: true }),
      Cleanup: () => ({ done: true }),
      MigrateUnit: () => ({ status: 'done' }),
      ValidateUnit: () => ({ status: 'done' }),
      LocateUnit: () => ({ status: 'done' }),
    };
    const handlers = Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [name, () => Promise.resolve(answer() as never)]),
    );
    const machine = new StateMachine(withArns as never, { validationOptions: { checkArn: false } });
    const input = { copy: { from: 'orders-old', to: 'orders-new', tables: ['*'] } };
    const { result, eventLogs } = machine.run(input, {
      overrides: { taskResourceLocalHandlers: handlers },
      context: { Execution: { Id: 'arn:aws:states:eu-west-1:123456789012:execution:m:x', RedriveCount: 0 } } as never,
    });
    let largest = { bytes: 0, state: '' };
    const measure = async (): Promise<void> => {
      for await (const { state } of eventLogs as AsyncIterable<{
        state?: { name: string; input: unknown; output?: unknown };
      }>) {
        if (state === undefined) continue;
        const bytes = Math.max(...[state.input, state.output].map((part) => JSON.stringify(part ?? null).length));
        if (bytes > largest.bytes) largest = { bytes, state: state.name };
      }
    };
    await Promise.all([result, measure()]);
    // A Distributed Map's outputs are one array before its ResultPath drops them.
    const outputs = JSON.stringify(units.map(() => 0)).length;
    process.stderr.write(
      `largest payload: ${largest.bytes} bytes in ${largest.state}; outputs of a Map: ${outputs} bytes\n`,
    );
    expect(largest.bytes).toBeGreaterThan(48_000);
    expect(Math.max(largest.bytes, outputs)).toBeLessThan(payloadBytes);
  });
});
