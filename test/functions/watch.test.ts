import { jest } from '@jest/globals';
import { ulid } from 'ulid';
import { lambdaRuntime } from '../../functions/lambda-runtime.js';
import type { StepHandler } from '../../functions/step-handler.js';
import { watchHandler } from '../../functions/watch.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { testDynamodb } from '../support/dynamodb.js';

const context = { functionName: 'watch', getRemainingTimeInMillis: () => 60_000 };
const table = `watch-${ulid()}-ledger`;

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: Ledger;
const before = { ...process.env };
beforeAll(async () => {
  engine = await testDynamodb();
  const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000, location: 'the ledger' };
  ledger = openDynamodbLedger({ ...access, table });
  await ledger.ensure();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    CARRYOVER_LEDGER_TABLE: table,
    CARRYOVER_NAME: 'orders',
    POWERTOOLS_SERVICE_NAME: 'watch',
    POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
  });
});
afterAll(async () => {
  process.env = before;
  await ledger.close();
  await engine.stop();
});
afterEach(() => jest.restoreAllMocks());

interface Published {
  readonly _aws: { readonly CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: unknown[] }[] };
  readonly [name: string]: unknown;
}

/** What a call publishes, whether it ends well or not, less that it started cold. */
async function publishedBy(handler: StepHandler): Promise<{ published: Published[]; failed: unknown }> {
  const lines: string[] = [];
  const written = (text: string | Uint8Array): boolean => lines.push(...String(text).trimEnd().split('\n')) > 0;
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(written);
  const failed = await handler({}, context as never).then(
    () => undefined,
    (error: unknown) => error,
  );
  const documents = lines.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as Published);
  return { failed, published: documents.filter((document) => !('ColdStart' in document)) };
}

describe('the function that watches', () => {
  test('publishes that it looked, and no age where no run is under way', async () => {
    const handler = watchHandler(lambdaRuntime({ stores: { to: `memory:${ulid()}` } }, []));
    const { published, failed } = await publishedBy(handler);
    expect(failed).toBeUndefined();
    expect(published).toMatchObject([{ service: 'watch', ActiveRuns: 0, QuarantinedItems: 0, LeaseOverdue: 0 }]);
    expect(published[0]).not.toHaveProperty('CheckpointAge');
    expect(published[0]?._aws.CloudWatchMetrics).toMatchObject([
      {
        Namespace: 'Carryover',
        Metrics: [
          { Name: 'ActiveRuns', Unit: 'Count' },
          { Name: 'QuarantinedItems', Unit: 'Count' },
          { Name: 'LeaseOverdue', Unit: 'Seconds' },
        ],
      },
    ]);
  });

  test('publishes what it saw, the run in the log alone, and fails where something could not be looked at', async () => {
    const startedAt = new Date(Date.now() - 30 * 60_000).toISOString();
    const input = { copy: { from: 'from', to: 'to' } };
    await ledger.startRun({ run: 'nightly', input, who: 'anna', where: 'here', startedAt });
    await ledger.changeRun('nightly', { token: 1, attempt: 'nightly', step: 'migrate' });
    // Nothing listens on this port.
    const unreachable = 'dynamodb://us-east-1/x-?endpoint=http://127.0.0.1:9';
    const stores = { from: `memory:${ulid()}`, to: unreachable };
    const settings = { requestTimeoutMs: 500 };
    const { published, failed } = await publishedBy(watchHandler(lambdaRuntime({ stores, settings }, [])));
    expect(published).toMatchObject([{ ActiveRuns: 1, QuarantinedItems: 0, run: 'nightly' }]);
    expect(typeof published[0]?.['CheckpointAge']).toBe('number');
    expect(published[0]).not.toHaveProperty('LeaseOverdue');
    for (const { Dimensions } of published[0]?._aws.CloudWatchMetrics ?? [])
      expect(Dimensions.flat()).not.toContain('run');
    expect(failed).toMatchObject({ name: 'StoreUnavailableError' });
    expect(String(failed)).toMatch(/the lock of run nightly/);
  });
});
