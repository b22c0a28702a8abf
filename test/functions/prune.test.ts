import fc from 'fast-check';
import type { PublishedVersion } from '../../functions/aws/published-versions.js';
import type { ListedExecution } from '../../functions/aws/state-machine.js';
import { pruneHandler, type PruneDependencies } from '../../functions/prune.js';
import { AwsStandIn, stackReply } from './aws/aws-stand-in.js';
import { callAttendant } from './call-attendant.js';

const dayMs = 24 * 60 * 60 * 1_000;
const nowMs = Date.parse('2026-11-21T00:00:00Z');

interface World {
  /** Ages of the versions 1, 2, … of each function, in days. */
  readonly ages: Readonly<Record<string, readonly number[]>>;
  readonly aliased?: Readonly<Record<string, readonly string[]>>;
  /** What the machine's own definition names. */
  readonly current: readonly string[];
  /** How many days ago each ended, undefined for those under way, and what its definition names. */
  readonly executions?: readonly { readonly endedDays: number | undefined; readonly names: readonly string[] }[];
  readonly statuses?: readonly string[];
}

const definitionWith = (names: readonly string[]): string =>
  JSON.stringify({
    States: names.map((name) => ({ Resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}` })),
  });

function prune(world: World, faults: Partial<PruneDependencies['versions'] & PruneDependencies['machine']> = {}) {
  const deleted: string[] = [];
  const { executions = [], aliased = {}, statuses = ['UPDATE_COMPLETE'] } = world;
  const listed = executions.map(({ endedDays }, index): ListedExecution => ({
    arn: String(index),
    name: String(index),
    status: endedDays === undefined ? 'RUNNING' : 'FAILED',
    endedAt: endedDays === undefined ? undefined : new Date(nowMs - endedDays * dayMs),
  }));
  const versionsOf = (name: string): PublishedVersion[] =>
    (world.ages[name] ?? []).map((age, index) => ({ version: String(index + 1), publishedAtMs: nowMs - age * dayMs }));
  const handler = pruneHandler({
    machine: {
      async *executions() {
        yield* listed;
      },
      definition: async () => definitionWith(world.current),
      definitionOf: async (arn) => definitionWith(executions[Number(arn)]?.names ?? []),
      ...faults,
    },
    versions: {
      of: async (name) => versionsOf(name),
      aliased: async (name) => aliased[name] ?? [],
      remove: async (name, version) => void deleted.push(`${name}:${version}`),
      ...faults,
    },
    stackStatuses: async () => statuses,
    functions: () => Object.keys(world.ages),
    clock: { now: () => nowMs },
  });
  return callAttendant(handler, {}).then((outcome) => ({ ...outcome, deleted }));
}

const old = { ages: { begin: [90, 80, 70, 60] }, current: ['begin:4'] };

describe('prune', () => {
  test('deletes old versions that nothing names, and keeps the newest two', async () => {
    const { deleted, answer } = await prune(old);
    expect(deleted.sort()).toEqual(['begin:1', 'begin:2']);
    expect((answer as { deleted: string[] }).deleted.sort()).toEqual(deleted);
  });

  test('keeps what was published within the last fifteen days', async () => {
    const { deleted } = await prune({ ages: { begin: [90, 15, 14, 3, 1, 0] }, current: ['begin:6'] });
    expect(deleted).toEqual(['begin:1']);
  });

  test('keeps what the machine names now, after deployments that went back', async () => {
    expect((await prune({ ...old, current: ['begin:1'] })).deleted).toEqual(['begin:2']);
  });

  test.each([undefined, 0, 13.9, 14.5])(
    'keeps what an execution began with that ended %p days ago',
    async (endedDays) => {
      const { deleted } = await prune({ ...old, executions: [{ endedDays, names: ['begin:2'] }] });
      expect(deleted).toEqual(['begin:1']);
    },
  );

  test('lets go what executions began with that can no longer be redriven', async () => {
    const { deleted } = await prune({ ...old, executions: [{ endedDays: 15.1, names: ['begin:2'] }] });
    expect(deleted).toHaveLength(2);
  });

  test('keeps what an alias names', async () => {
    expect((await prune({ ...old, aliased: { begin: ['1'] } })).deleted).toEqual(['begin:2']);
  });

  test('takes functions apart whose names begin alike', async () => {
    const world = {
      ages: { begin: [9e3, 8e3, 70, 60], 'begin-2': [9e3, 8e3, 70, 60] },
      current: ['begin:4', 'begin-2:1'],
    };
    expect((await prune(world)).deleted.sort()).toEqual(['begin-2:2', 'begin:1', 'begin:2']);
  });

  test.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED', 'DELETE_IN_PROGRESS'])(
    'deletes nothing while the stack is %s: it may go back to what was there before',
    async (status) => {
      const { deleted, answer } = await prune({ ...old, statuses: [status] });
      expect({ deleted, answer }).toEqual({ deleted: [], answer: { deleted: [] } });
    },
  );

  const fault = new Error('not to be read');
  const failing = () => Promise.reject(fault);
  test.each<[string, Parameters<typeof prune>[1]]>([
    ['the definition of the machine', { definition: failing }],
    ['the definition of an execution', { definitionOf: failing }],
    [
      'a page of executions',
      {
        async *executions() {
          yield { arn: '0', name: '0', status: 'RUNNING' };
          throw fault;
        },
      },
    ],
    ['the versions of a function', { of: async (name: string) => (name === 'begin' ? [] : failing()) }],
    ['the aliases of a function', { aliased: async (name: string) => (name === 'begin' ? [] : failing()) }],
  ])('deletes nothing when %s cannot be read', async (_, faults) => {
    const world = { ages: { begin: [9e3, 8e3, 7e3], migrate: [9e3, 8e3, 7e3] }, current: ['begin:3', 'migrate:3'] };
    const executions = [{ endedDays: 1, names: ['begin:3'] }];
    const { deleted, error } = await prune({ ...world, executions }, faults);
    expect({ deleted, error }).toEqual({ deleted: [], error: fault });
  });

  test.each([[[]], [['begin']], [['begin:$LATEST']], [['other:1']]])(
    'deletes nothing when a definition names no version of a function, but %j',
    async (names) => {
      const { deleted, error } = await prune({ ...old, executions: [{ endedDays: 1, names }] });
      expect(deleted).toEqual([]);
      expect(error?.message).toContain('names no version of begin: nothing is deleted');
    },
  );

  test('deletes the others when Lambda keeps one, and fails with its name', async () => {
    const gone: string[] = [];
    const remove = (name: string, version: string) => {
      if (version === '1') return failing();
      gone.push(`${name}:${version}`);
      return Promise.resolve();
    };
    const { error } = await prune(old, { remove });
    expect(gone).toEqual(['begin:2']);
    expect(error?.message).toBe('begin:1 was not deleted: Error: not to be read');
  });

  const functionNames = ['begin', 'migrate'];
  const reference = fc.record({ name: fc.constantFrom(...functionNames), version: fc.integer({ min: 1, max: 8 }) });
  const names = fc.array(
    reference.map(({ name, version }) => `${name}:${version}`),
    { minLength: 1, maxLength: 4 },
  );
  const world = fc.record({
    ages: fc.record(
      Object.fromEntries(
        functionNames.map((name) => [name, fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 })]),
      ),
    ),
    aliased: fc.record(
      Object.fromEntries(
        functionNames.map((name) => [name, fc.array(fc.integer({ min: 1, max: 8 }).map(String), { maxLength: 2 })]),
      ),
    ),
    current: names,
    executions: fc.array(
      fc.record({ endedDays: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }), names }),
      { maxLength: 5 },
    ),
  });

  test('never deletes a version that somebody needs', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { deleted } = await prune(given);
        const inUse = given.executions.filter(({ endedDays }) => endedDays === undefined || endedDays <= 14);
        const needed = new Set([...given.current, ...inUse.flatMap((execution) => execution.names)]);
        for (const [name, ages] of Object.entries(given.ages)) {
          for (const version of given.aliased[name] ?? []) needed.add(`${name}:${version}`);
          ages.forEach((age, index) => {
            if (age <= 14 || index >= ages.length - 2) needed.add(`${name}:${index + 1}`);
          });
        }
        expect(deleted.filter((version) => needed.has(version))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('asks AWS for all of this with what the stack has set', async () => {
    const aws = new AwsStandIn();
    await aws.open();
    try {
      process.env['CARRYOVER_STATE_MACHINE_ARN'] = 'arn:aws:states:us-east-1:123456789012:stateMachine:shop';
      process.env['CARRYOVER_STACK_ID'] = 'arn:stack';
      process.env['CARRYOVER_FUNCTIONS'] = 'begin';
      const versions = ['1', '2', '3'].map((Version) => ({ Version, LastModified: '2020-01-01T00:00:00.000+0000' }));
      aws.answer = ({ action }) => {
        if (action === 'DescribeStacks') return stackReply('CREATE_COMPLETE');
        if (action === 'ListExecutions') return { body: { executions: [] } };
        if (action === 'DescribeStateMachine') return { body: { definition: definitionWith(['begin:3']) } };
        if (action.startsWith('DELETE')) return { status: 204, body: '' };
        return { body: action.endsWith('/versions') ? { Versions: versions } : { Aliases: [] } };
      };
      expect((await callAttendant(pruneHandler(), {})).answer).toEqual({ deleted: ['begin:1'] });
      expect(aws.requests.at(-1)?.action).toBe('DELETE /2015-03-31/functions/begin?Qualifier=1');
    } finally {
      await aws.close();
    }
  });
});
