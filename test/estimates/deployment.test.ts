import { stepMetrics, watchMetrics } from '../../cdk/alarms/deployment-metric.js';
import { checkedLimits } from '../../cdk/limits.js';
import { endpointNames } from '../../cdk/migration-network.js';
import { sizingOf, steps, workingSteps } from '../../cdk/functions/steps.js';
import { watchPeriod } from '../../cdk/alarms/watcher.js';
import { deployment, watching } from '../../src/estimates/deployment.js';
import { withDefaults } from '../../src/settings.js';
import { synthesised } from '../cdk/synthesised.js';

const limits = checkedLimits({}, withDefaults().concurrency);

describe('what estimates take of a deployment', () => {
  test.each(['migrate', 'validate', 'locate', 'setup', 'expect', 'begin'] as const)('is the size of %s', (step) => {
    const { timeout, memory } = sizingOf(step, limits);
    const { callSeconds, memoryMb } = deployment;
    expect(timeout.toSeconds()).toBe(callSeconds);
    expect(memory.toMebibytes()).toBe(workingSteps.includes(step) ? memoryMb.working : memoryMb.planning);
  });

  test('is the time-out of its executions', () => {
    expect(limits.executionTimeout.toDays()).toBe(deployment.executionDays);
  });

  test('is what it has in a network', () => {
    const gateways = ['dynamodb', 's3'];
    expect(endpointNames.filter((name) => !gateways.includes(name))).toHaveLength(watching.interfaceEndpoints);
  });
});

describe('what estimates take of what watches a deployment', () => {
  const { template } = synthesised({ stores: { old: 'dynamodb://eu-west-1/old-', new: 'dynamodb://eu-west-1/new-' } });

  test('is as many metrics as the alarms look at', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties as Alarm,
    );
    const metrics = alarms.map(({ MetricName, Metrics = [] }) =>
      MetricName === undefined ? Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length : 1,
    );
    expect(metrics.reduce((sum, count) => sum + count, 0)).toBe(watching.alarmMetrics);
  });

  test('is as many dashboards', () => template.resourceCountIs('AWS::CloudWatch::Dashboard', watching.dashboards));

  test('is how often it looks, with what memory', () => {
    const { everyMinutes } = watching.watcher;
    expect(watchPeriod.toMinutes()).toBe(everyMinutes);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: `rate(${everyMinutes} minutes)` });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'watch' } },
      MemorySize: deployment.memoryMb.planning,
    });
  });

  test('is how often old versions are looked for, with what memory', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${watching.prune.everyDays} day)`,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'prune' } },
      MemorySize: deployment.memoryMb.planning,
    });
  });

  test('is as many schedules, and as many standard queues that Lambda polls as it does by default', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', ['watcher', 'prune'].length);
    const polled = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    expect(polled).toHaveLength(watching.polledQueues);
    for (const { Properties } of polled) {
      expect(Properties).not.toHaveProperty('ScalingConfig');
      expect(Properties).not.toHaveProperty('ProvisionedPollerConfig');
    }
    for (const { Properties } of Object.values(template.findResources('AWS::SQS::Queue')))
      expect(Properties).not.toHaveProperty('FifoQueue');
  });

  test('is as many metrics as the functions publish', () => {
    // Each function publishes that it started cold. Nothing is said of the age of checkpoints where no run is under way.
    expect(watching.idleMetrics).toBe(watchMetrics.filter((name) => name !== 'CheckpointAge').length + 1);
    const saving = ['setup', 'migrate', 'expect', 'validate', 'locate', 'complete'];
    expect(watching.runMetrics).toBe(saving.length * stepMetrics.length + steps.length + 1);
  });
});

interface Alarm {
  readonly MetricName?: string;
  readonly Metrics?: readonly { readonly MetricStat?: unknown }[];
}
