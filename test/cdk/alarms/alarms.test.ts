import fc from 'fast-check';
import { Alarms } from '../../../cdk/alarms/alarms.js';
import { alarmState, type Circumstances, type Points } from '../../support/alarm-evaluation.js';
import { templateOf } from '../deployment-parts.js';
import { alarm, alarms, type Synthesised } from './synthesised-alarms.js';

const gap = undefined;

/** In each circumstance that the documentation leaves open. */
const circumstances: Circumstances[] = [0, 1, 2, 3].flatMap((more) => [
  { more, fillsNothing: true },
  { more, fillsNothing: false },
]);

function states(id: string, published: Record<string, Points>): Set<string> {
  return new Set(circumstances.map((each) => alarmState(alarm(id), published, each)));
}

/** The states that an alarm goes through as its metric is published, point by point. */
function history(id: string, name: string, points: Points): string[] {
  return points.map((_, at) => [...states(id, { [name]: points.slice(0, at + 1) })].join(' or '));
}

const [ok, rings] = ['OK', 'ALARM'];

describe('a run that is under way', () => {
  test('and saves a checkpoint a minute rings no alarm, whatever looks are missing', () => {
    const works = fc.option(fc.integer({ min: 0, max: 899 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(works, { minLength: 1, maxLength: 12 }), (points) => {
        expect(states('NoCheckpoint', { CheckpointAge: points })).toEqual(new Set([ok]));
      }),
    );
  });

  test('and hangs rings the alarm once it has for 15 minutes, until it goes on', () => {
    const ages = [20, 41, 341, 641, 941, 1_241, 12];
    expect(history('NoCheckpoint', 'CheckpointAge', ages)).toEqual([ok, ok, ok, ok, rings, rings, ok]);
    expect(history('NoCheckpoint', 'CheckpointAge', [900])).toEqual([rings]);
  });

  test('and hangs rings it whatever came before, and though looks were missing in the middle', () => {
    const any = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.integer({ min: 900 }), (before, age) => {
        expect(states('NoCheckpoint', { CheckpointAge: [...before, age] })).toEqual(new Set([rings]));
      }),
    );
    expect(history('NoCheckpoint', 'CheckpointAge', [641, 941, gap, 1_541]).at(-1)).toBe(rings);
    expect(history('NoCheckpoint', 'CheckpointAge', [941, gap, 30]).at(-1)).toBe(ok);
  });

  test('and ends, stuck as it was, lets the alarm rest after a while', () => {
    expect(history('NoCheckpoint', 'CheckpointAge', [941, gap, gap, gap, gap]).at(-1)).toBe(ok);
  });

  test('and whose lock is past its lease at two looks rings the alarm, at one it does not', () => {
    const overdue = [0, 20, 0, 0, 1, 271, 571, 0, 0];
    expect(history('LockOverdue', 'LeaseOverdue', overdue)).toEqual([ok, ok, ok, ok, ok, rings, rings, rings, ok]);
  });

  test('and is dead keeps it ringing though the watcher begins anew and counts from the beginning', () => {
    expect(history('LockOverdue', 'LeaseOverdue', [1, 301, 1, 1, gap, 1]).slice(1)).toEqual([
      rings,
      rings,
      rings,
      rings,
      rings,
    ]);
  });

  test('rings the alarm with the first item in quarantine', () => {
    expect(history('ItemsQuarantined', 'QuarantinedItems', [0, 0, 1, 0])).toEqual([ok, ok, rings, ok]);
  });
});

describe('no run', () => {
  test('rings no alarm while somebody looks: nothing else is published for weeks', () => {
    for (const id of alarms.keys())
      expect([id, states(id, { active: Array<number>(20).fill(0) })]).toEqual([id, new Set([ok])]);
  });
});

describe('the watcher', () => {
  test('is missed after a quarter of an hour, whatever it saw last, and not before', () => {
    const counts = fc.array(fc.nat(), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(counts, (seen) => {
        expect(states('WatcherSilent', { active: seen })).toEqual(new Set([ok]));
        expect(states('WatcherSilent', { active: [...seen, gap, gap] })).toEqual(new Set([ok]));
        expect(states('WatcherSilent', { active: [...seen, gap, gap, gap] })).toEqual(new Set([rings]));
      }),
    );
  });

  test('is missed where it never looked at all, and no more once it looks again', () => {
    expect(states('WatcherSilent', {})).toEqual(new Set([rings]));
    expect(states('WatcherSilent', { active: [gap, gap, gap, 0] })).toEqual(new Set([ok]));
  });

  test('whose looks fail for a quarter of an hour rings an alarm of its own; a single one does not', () => {
    expect(history('WatcherFails', 'Errors', [0, 1, 0, 1, 1, 1, 0])).toEqual([ok, ok, ok, ok, ok, rings, ok]);
  });
});

describe('the functions', () => {
  test('ring when they fail too often together, though some of them were never called', () => {
    expect(states('FunctionErrors', { migrate: [20] })).toEqual(new Set([ok]));
    expect(states('FunctionErrors', { migrate: [12], validate: [9] })).toEqual(new Set([rings]));
    expect(states('FunctionErrors', { migrate: [12, 8], validate: [gap, 9] })).toEqual(new Set([ok]));
  });

  test('ring though what they publish of the newest period comes late', () => {
    expect(states('FunctionErrors', { migrate: [25, gap] })).toEqual(new Set([rings]));
    expect(states('FunctionsThrottled', { migrate: [3, 1, 7, gap] })).toEqual(new Set([rings]));
    expect(states('StoresThrottled', { migrate: [5_000, 901, gap] })).toEqual(new Set([rings]));
  });

  test('are allowed a burst of throttling, not half an hour of it', () => {
    expect(states('StoresThrottled', { migrate: [80_000], validate: [4_000] })).toEqual(new Set([ok]));
    expect(states('StoresThrottled', { migrate: [500, 500], validate: [500, 500] })).toEqual(new Set([rings]));
    expect(states('FunctionsThrottled', { migrate: [9, 9, 0] })).toEqual(new Set([ok]));
    expect(history('ExecutionsThrottled', 'ExecutionThrottled', [4, 2, 9])).toEqual([ok, ok, rings]);
  });

  test('beside the state machine ring with their first error', () => {
    expect(states('AttendantErrors', { start: [1] })).toEqual(new Set([rings]));
  });
});

describe('an end', () => {
  test.each([
    ['ExecutionsFailed', 'ExecutionsFailed'],
    ['ExecutionsTimedOut', 'ExecutionsTimedOut'],
    ['ExecutionsAborted', 'ExecutionsAborted'],
    ['DeadLetters', 'ApproximateNumberOfMessagesVisible'],
  ])('rings %s at the first, with nothing published before', (id, metric) => {
    expect(history(id, metric, [gap, 1])).toEqual([ok, rings]);
  });
});

describe('Alarms', () => {
  test('rest on at most ten metrics of one period', () => {
    for (const { Metrics = [] } of alarms.values()) {
      const stats = Metrics.flatMap(({ MetricStat }) => MetricStat ?? []);
      expect(stats.length).toBeLessThanOrEqual(10);
      expect(new Set(stats.map(({ Period }) => Period)).size).toBeLessThanOrEqual(1);
    }
  });

  test('look at the largest of what was seen in each look of this deployment', () => {
    for (const id of ['NoCheckpoint', 'LockOverdue', 'ItemsQuarantined'])
      expect(alarm(id)).toMatchObject({
        ...{ Namespace: 'Carryover', Statistic: 'Maximum', Period: 300 },
        Dimensions: [
          { Name: 'deployment', Value: 'orders' },
          { Name: 'service', Value: 'watch' },
        ],
      });
  });

  test('leave out Abort and deployed where errors are counted, which throw by design, and have the steps of Maps where throttling is', () => {
    const counted = (id: string): string[] =>
      (alarm(id).Metrics ?? []).flatMap(({ MetricStat, Id }) => (MetricStat ? Id : []));
    expect(counted('FunctionErrors')).toHaveLength(9);
    expect(counted('FunctionErrors')).not.toContain('abort');
    for (const id of ['FunctionsThrottled', 'StoresThrottled'])
      expect(counted(id)).toEqual(['migrate', 'validate', 'locate']);
    expect(counted('AttendantErrors').sort()).toEqual(['deploy', 'prune', 'start']);
  });

  test('are fewer where there is nothing to watch, and tell nobody where there is no topic', () => {
    const few = templateOf(({ scope, deployment, machine, functions }) => {
      new Alarms(scope, 'Alarms', { deployment, machine, functions });
    });
    const found = Object.values(few.findResources('AWS::CloudWatch::Alarm'));
    expect(found.map(({ Properties }) => (Properties as Synthesised).AlarmName).sort()).toEqual([
      'orders-ExecutionsAborted',
      'orders-ExecutionsFailed',
      'orders-ExecutionsThrottled',
      'orders-ExecutionsTimedOut',
      'orders-FunctionErrors',
      'orders-FunctionsThrottled',
      'orders-StoresThrottled',
    ]);
    expect(found.flatMap(({ Properties }) => (Properties as Synthesised).AlarmActions ?? [])).toEqual([]);
  });
});
