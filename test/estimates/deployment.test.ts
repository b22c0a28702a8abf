import { checkedLimits } from '../../cdk/limits.js';
import { endpointNames } from '../../cdk/migration-network.js';
import { sizingOf, workingSteps } from '../../cdk/steps.js';
import { deployment, watching } from '../../src/estimates/deployment.js';
import { withDefaults } from '../../src/settings.js';

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
