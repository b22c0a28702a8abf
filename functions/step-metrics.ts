import { MetricUnit, type Metrics } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { Ledger } from '../src/ledger/ledger.js';

/**
 * The ledger, which also counts what its checkpoints add: what a step carries or reads, and what that costs. A call works
 * on one unit, so on one table: its name is metadata, to be found in the logs, and no dimension, since each of those
 * would be another custom metric to pay for. What the unit has done by now is beside it: the counts of several checkpoints are
 * one list in a line, which Logs Insights cannot add up.
 */
export function countingLedger(ledger: Ledger, metrics: Metrics): Ledger {
  return {
    ...ledger,
    async checkpoint(unit, claim, change) {
      const saved = await ledger.checkpoint(unit, claim, change);
      const { requests, readUnits, writeUnits } = change.usage;
      metrics.addMetadata('table', unit.table).addMetadata('unit', `${unit.scope}/${unit.unit}`);
      metrics.addMetadata('itemsOfUnit', String(saved.items));
      metrics.addMetric('Items', MetricUnit.Count, change.items);
      metrics.addMetric('Bytes', MetricUnit.Bytes, change.sizeBytes);
      metrics.addMetric('Requests', MetricUnit.Count, requests);
      metrics.addMetric('ReadUnits', MetricUnit.Count, readUnits);
      metrics.addMetric('WriteUnits', MetricUnit.Count, writeUnits);
      return saved;
    },
  };
}

/** Counts each request that a store, its state entry or the ledger throttled. */
export function throttleCount(metrics: Metrics): () => void {
  return () => void metrics.addMetric('Throttles', MetricUnit.Count, 1);
}

/**
 * Publishes what a call counted, whether it ended well or not, and how often a function started cold. Powertools' own
 * middleware warns at each call that counts nothing, as those of most steps do.
 */
export function publishMetrics(metrics: Metrics): MiddlewareObj<unknown, unknown> {
  const publish = (): void => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return {
    before({ context }) {
      metrics.captureColdStartMetric(context.functionName);
    },
    after: publish,
    onError: publish,
  };
}
