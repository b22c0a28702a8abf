import { countingLedger, throttleCount } from '../../../functions/step-metrics.js';
import { lambdaRuntime } from '../../../functions/lambda-runtime.js';
import { watchHandler } from '../../../functions/watch.js';
import type { Ledger, RunRecord, UnitRecord } from '../../../src/ledger/ledger.js';
import { noUsage } from '../../../src/stores/store.js';
import { testDependencies } from '../../support/copy-run.js';

export interface Published {
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly names: readonly string[];
  /** Fields of the log line that are no metrics. */
  readonly metadata: readonly string[];
}

const run: RunRecord = {
  ...{ run: 'nightly', input: null, who: 'anna', where: 'here', status: 'running', step: 'migrate' },
  ...{ startedAt: new Date().toISOString(), updatedAt: new Date().toISOString() },
};

async function* listed<T>(...values: T[]): AsyncIterable<T> {
  await Promise.resolve();
  yield* values;
}

/** What the functions themselves publish in the environment that a deployment gives them. */
export async function publishedMetrics(): Promise<{ step: Published; watch: Published }> {
  const before = { ...process.env };
  Object.assign(process.env, {
    ...{ CARRYOVER_NAME: 'orders', POWERTOOLS_SERVICE_NAME: 'x', POWERTOOLS_METRICS_NAMESPACE: 'Carryover' },
  });
  try {
    return { step: await ofSteps(), watch: await ofWatch() };
  } finally {
    process.env = before;
  }
}

async function ofSteps(): Promise<Published> {
  const { metrics } = lambdaRuntime({ stores: {} }, []);
  if (metrics === undefined) throw new Error('a function has no metrics');
  const unit = { scope: 'a/migrate', unit: 0, table: 'things', items: 1 } as UnitRecord;
  const ledger = countingLedger({ checkpoint: () => Promise.resolve(unit) } as unknown as Ledger, metrics);
  const claim = { token: 1, owner: 'call', until: 0 };
  await ledger.checkpoint(unit, claim, { items: 1, sizeBytes: 1, usage: noUsage, done: true, revision: 1 });
  throttleCount(metrics)();
  return published(metrics.serializeMetrics());
}

async function ofWatch(): Promise<Published> {
  const { metrics } = lambdaRuntime({ stores: {} }, []);
  if (metrics === undefined) throw new Error('a function has no metrics');
  const ledger = { runs: () => listed(run), run: () => Promise.resolve(run), documents: () => listed() };
  const dependencies = testDependencies({ stores: {}, ledger: ledger as unknown as Ledger });
  const handler = watchHandler({ metrics, middlewares: [], dependencies: () => Promise.resolve(dependencies) });
  await handler({}, { getRemainingTimeInMillis: () => 60_000 });
  return published(metrics.serializeMetrics());
}

interface Line {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

function published(line: Line): Published {
  const [directive] = line._aws.CloudWatchMetrics;
  const names = (directive?.Metrics ?? []).map(({ Name }) => Name);
  const dimensions = [...(directive?.Dimensions[0] ?? [])].sort();
  const metadata = Object.keys(line).filter((key) => key !== '_aws' && ![...names, ...dimensions].includes(key));
  return { namespace: directive?.Namespace ?? '', dimensions, names, metadata };
}
