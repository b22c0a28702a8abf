import { jest } from '@jest/globals';
import { ulid } from 'ulid';
import { beginHandler } from '../../functions/begin.js';
import { lambdaRuntime } from '../../functions/lambda-runtime.js';
import { migrateHandler } from '../../functions/migrate.js';
import { setupHandler } from '../../functions/setup.js';
import type { StepHandler } from '../../functions/step-handler.js';
import { lookAtDatabase } from '../../src/engine/home/open-database.js';
import { versionToGive } from '../../src/engine/tasks/adoption.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import { memoryStore } from '../cli/memory-tables.js';
import { AwsStandIn } from './aws/aws-stand-in.js';
import { startManglingProxy, throttled } from '../stores/dynamodb/mangling-proxy.js';
import { testDynamodb } from '../support/dynamodb.js';

const context = { functionName: 'migrate', getRemainingTimeInMillis: () => 60_000 };
const table = `functions-${ulid()}-ledger`;

let engine: Awaited<ReturnType<typeof testDynamodb>>;
const before = { ...process.env };
/** The bus that events go to. */
const bus = new AwsStandIn();
beforeAll(async () => {
  bus.answer = () => ({ body: { FailedEntryCount: 0, Entries: [{ EventId: 'taken' }] } });
  await bus.open();
  engine = await testDynamodb();
  const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000, location: 'the ledger' };
  const ledger = openDynamodbLedger({ ...access, table });
  await ledger.ensure();
  await ledger.close();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    CARRYOVER_LEDGER_TABLE: table,
    CARRYOVER_NAME: 'orders',
    POWERTOOLS_SERVICE_NAME: 'migrate',
    POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
  });
});
afterAll(async () => {
  await bus.close();
  process.env = before;
  await engine.stop();
});
afterEach(() => jest.restoreAllMocks());

/** Every line that a call writes, and that it answers. */
async function call(
  handler: StepHandler,
  event: unknown,
  lines: string[] = [],
): Promise<{ answer: unknown; lines: string[] }> {
  const written = (text: string | Uint8Array): boolean => lines.push(...String(text).trimEnd().split('\n')) > 0;
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(written);
  const answer = await handler(event, context as never);
  return { answer, lines };
}

describe('the settings of the functions on AWS', () => {
  afterEach(() => delete process.env['CARRYOVER_SETTINGS']);

  test("are the deployment's, then the project's, then the defaults", async () => {
    process.env['CARRYOVER_SETTINGS'] = JSON.stringify({ concurrency: 3 });
    const settings = { concurrency: 5, leaseMs: 20_000 };
    const dependencies = await lambdaRuntime({ stores: { a: 'memory:a' }, settings }, []).dependencies();
    expect(dependencies.settings).toMatchObject({ concurrency: 3, leaseMs: 20_000, requestTimeoutMs: 5_000 });
  });
});

test('stores that lie on a laptop are out of reach of the functions, and not asked for a database without a version', async () => {
  const stores = {
    shop: `dynamodb://us-east-1/shop-${ulid()}-`,
    dynamodb: 'dynamodb://embedded?path=data',
    postgres: { url: 'postgres://embedded?path=data' },
    folder: 'archive:data',
  };
  const deps = await lambdaRuntime({ stores, database: 'shop' }, []).dependencies();
  expect(Object.keys(stores).filter((name) => deps.reaches?.(name))).toEqual(['shop']);
  expect(await lookAtDatabase(deps)).toMatchObject({ name: 'shop' });
  expect(await versionToGive(undefined, undefined, deps)).toBe(0);
});

describe('the functions on AWS', () => {
  test('publish what a unit carried and what that cost, its table in the logs alone, and warn of nothing', async () => {
    await memoryStore('functions-source', { orders: 30 });
    await memoryStore('functions-target', {});
    const runtime = lambdaRuntime({ stores: { from: 'memory:functions-source', to: 'memory:functions-target' } }, []);
    const begun = await call(beginHandler(runtime), {
      execution: `arn:aws:states:us-east-1:123456789012:execution:x:${ulid()}`,
      input: { copy: { from: 'from', to: 'to' } },
    });
    const setUp = await call(setupHandler(runtime), { run: begun.answer });
    const { units } = setUp.answer as { units: number[] };
    const lines = [...begun.lines, ...setUp.lines];
    const published: Record<string, unknown>[] = [];
    for (const unit of units) {
      const migrated = await call(migrateHandler(runtime), { run: begun.answer, unit });
      expect(migrated.answer).toEqual({ status: 'done' });
      lines.push(...migrated.lines);
      published.push(...migrated.lines.map((line) => JSON.parse(line) as Record<string, unknown>));
    }
    expect(lines.filter((line) => !line.startsWith('{"_aws"'))).toEqual([]);
    const items = published.flatMap(({ Items }) => Items as number | number[]);
    expect(items.reduce((sum, each) => sum + each, 0)).toBe(30);
    expect(published[0]).toMatchObject({ service: 'migrate', deployment: 'orders', table: 'orders' });
    const aws = published[0]?.['_aws'] as { CloudWatchMetrics: { Dimensions: string[][]; Namespace: string }[] };
    expect(aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'Carryover', Dimensions: [['service', 'deployment']] });
  });

  test('publish how often a store or the ledger throttled them, also of a call that throws, and that they started cold', async () => {
    const proxy = await startManglingProxy(engine.endpoint);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    });
    let left = 2;
    proxy.mangle = ({ operation }) => (operation === 'GetItem' && left-- > 0 ? throttled : undefined);
    const handler = migrateHandler(lambdaRuntime({ stores: {} }, []));
    const run = { id: `no-run-${ulid()}`, owner: 'nobody', attempt: 'none', token: 1 };
    const lines: string[] = [];
    const thrown = await call(handler, { run, unit: 0 }, lines).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    const metrics = lines.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as object);
    const of = { service: 'migrate', deployment: 'orders' };
    expect(metrics).toMatchObject([
      { ...of, ColdStart: 1, function_name: 'migrate' },
      { ...of, Throttles: [1, 1] },
    ]);
    delete process.env['AWS_LAMBDA_INITIALIZATION_TYPE'];
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = engine.endpoint;
    await proxy.stop();
  });

  test('refuse a configuration that cannot be used, all that is wrong with it named, at each call', async () => {
    const runtime = lambdaRuntime({ stores: { old: 'mysql://me:hunter2@h/x', new: 'memory:n' }, ledgr: 1 }, []);
    for (let times = 0; times < 2; times += 1) {
      const refused = call(beginHandler(runtime), { execution: 'x', input: {} });
      await expect(refused).rejects.toMatchObject({ name: 'InputError' });
      await expect(refused).rejects.toThrow(/^configuration, .*\nconfiguration, /);
      await expect(refused).rejects.toThrow(/stores\.old: "mysql:" is no kind of store/);
      await expect(refused).rejects.toThrow(/ledgr/);
      await expect(refused).rejects.not.toThrow(/hunter2/);
    }
  });
});
