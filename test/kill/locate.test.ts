import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { join } from 'node:path';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { dynamodbClient, dynamodbRows } from './dynamodb-target.js';
import { startHttpWire, type HttpWire } from './http-wire.js';
import { dynamodbUrl, openKillRig, type KillRig } from './kill-rig.js';
import { runKillSeries } from './kill-series.js';
import { momentIn, randomOf } from './random.js';
import { differences, postgresRows } from './source-rows.js';

let rig: KillRig;
let target: HttpWire;
beforeAll(async () => {
  rig = await openKillRig(1);
  const engine = await startEmbeddedDynamodb({ path: join(rig.folder, 'target') });
  rig.defer(() => engine.stop());
  target = await startHttpWire('target', engine.endpoint);
  rig.defer(() => target.stop());
  rig.ledgerWire.latencyMs = 1;
});
afterAll(() => rig.stop());

const random = randomOf('locate');
const moments = [
  momentIn(random, 'expect', 1, 50),
  momentIn(random, 'judge', 1, 15),
  momentIn(random, 'locate', 1, 60),
  momentIn(random, 'locate', 1, 20),
];

const order = { id: { N: '5000000077' } };
const line = { order: { N: '5000000123' }, line: { N: '1' } };
const stranger = { id: { N: '8' } };

/** Loses a row, changes one by one letter and adds one. */
async function spoil(): Promise<void> {
  const client = dynamodbClient(target.engine);
  await client.send(new DeleteItemCommand({ TableName: 'orders', Key: order }));
  const changed = { ...line, label: { S: 'lines/247' }, what: { S: `${'x'.repeat(6)}y` } };
  await client.send(new PutItemCommand({ TableName: 'lines', Item: changed }));
  const extra = { ...stranger, label: { S: 'customers/none' }, name: { S: 'nobody' } };
  await client.send(new PutItemCommand({ TableName: 'customers', Item: extra }));
  client.destroy();
}

async function repair(): Promise<void> {
  const client = dynamodbClient(target.engine);
  const lost = { ...order, label: { S: 'orders/77' }, customer: { N: String(7 + 77 * 3) } };
  await client.send(new PutItemCommand({ TableName: 'orders', Item: lost }));
  const right = { ...line, label: { S: 'lines/247' }, what: { S: 'x'.repeat(7) } };
  await client.send(new PutItemCommand({ TableName: 'lines', Item: right }));
  await client.send(new DeleteItemCommand({ TableName: 'customers', Key: stranger }));
  client.destroy();
}

describe('a copy whose target was spoiled, killed while the keys are named', () => {
  test('names each missing, extra and changed key once, and is done when they are repaired', async () => {
    const start = () => rig.start(dynamodbUrl(target.endpoint), ['--segments', '2', '--concurrency', '2']);
    let spoiled: Promise<void> | undefined;
    const { kills, last } = await runKillSeries({
      title: 'PostgreSQL into DynamoDB, with differences',
      rig,
      wires: [rig.source, target, rig.ledgerWire],
      moments,
      start,
      covered: () => (spoiled ??= spoil()),
    });
    expect(kills.map(({ step }) => step)).toEqual(moments.map(({ step }) => step));
    expect(kills.filter(({ underWay }) => underWay === 0)).toEqual([]);
    expect(last.exitCode).toBe(1);
    const report = JSON.parse(last.stdout) as CopyReport;
    const found = report.tables.map(({ table, differences }) => [table, differences]);
    const none = { total: 1, missing: 0, extra: 0, changed: 0, atLeast: false };
    expect(found).toEqual([
      ['customers', { ...none, extra: 1, keys: { missing: [], extra: [expect.stringContaining('8')], changed: [] } }],
      ['lines', { ...none, changed: 1, keys: { missing: [], extra: [], changed: [expect.stringContaining('123')] } }],
      ['orders', { ...none, missing: 1, keys: { missing: [expect.stringContaining('77')], extra: [], changed: [] } }],
    ]);
    await repair();
    expect(await start().ended).toMatchObject({ exitCode: 0 });
    expect(differences(await postgresRows(rig.sourceUrl), await dynamodbRows(target.engine))).toEqual([]);
  }, 240_000);
});
