import { MetricUnit, type Metrics } from '@aws-lambda-powertools/metrics';
import { z } from 'zod';
import { Watcher, type Sighting } from '../src/engine/watch/watcher.js';
import { StoreUnavailableError } from '../src/errors.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

/**
 * Looks at the runs that are under way and publishes what it sees. A look that could not see everything publishes the rest
 * and then fails with StoreUnavailableError, so that a watcher that has become blind is seen itself.
 */
export function watchHandler(runtime: Runtime): StepHandler {
  let watcher: Watcher | undefined;
  return stepHandler(runtime, z.unknown(), async (_event, deps) => {
    watcher ??= new Watcher(deps);
    const sighting = await watcher.look();
    if (runtime.metrics !== undefined) publish(sighting, runtime.metrics);
    if (sighting.unseen.length > 0)
      throw new StoreUnavailableError(`not everything could be looked at: ${sighting.unseen.join('; ')}`);
    return sighting;
  });
}

function publish(sighting: Sighting, metrics: Metrics): void {
  const { activeRuns, checkpointAgeSeconds, leaseOverdueSeconds, quarantinedItems, oldest } = sighting;
  metrics.addMetric('ActiveRuns', MetricUnit.Count, activeRuns);
  metrics.addMetric('QuarantinedItems', MetricUnit.Count, quarantinedItems);
  if (checkpointAgeSeconds !== undefined) metrics.addMetric('CheckpointAge', MetricUnit.Seconds, checkpointAgeSeconds);
  if (leaseOverdueSeconds !== undefined) metrics.addMetric('LeaseOverdue', MetricUnit.Seconds, leaseOverdueSeconds);
  // For who looks into the logs: a dimension would be another metric with each run.
  if (oldest !== undefined) metrics.addMetadata('run', oldest);
}
