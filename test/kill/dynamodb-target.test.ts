import { join } from 'node:path';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { coveredLabels } from './covered-rows.js';
import { dynamodbRows, PutWitness } from './dynamodb-target.js';
import { startHttpWire, type HttpWire } from './http-wire.js';
import { dynamodbUrl, openKillRig, type KillRig } from './kill-rig.js';
import { runKillSeries } from './kill-series.js';
import { momentIn, randomOf } from './random.js';
import { differences, postgresRows } from './source-rows.js';

let rig: KillRig;
let target: HttpWire;
beforeAll(async () => {
  rig = await openKillRig();
  const engine = await startEmbeddedDynamodb({ path: join(rig.folder, 'target') });
  rig.defer(() => engine.stop());
  target = await startHttpWire('target', engine.endpoint);
  rig.defer(() => target.stop());
  target.latencyMs = 2;
  rig.ledgerWire.latencyMs = 1;
});
afterAll(() => rig.stop());

const random = randomOf('into DynamoDB');
const moments = [
  momentIn(random, 'begin', 1, 40),
  momentIn(random, 'begin', 1, 100),
  momentIn(random, 'setup', 1, 150),
  momentIn(random, 'setup', 1, 100),
  momentIn(random, 'migrate', 1, 100),
  momentIn(random, 'migrate', 150, 400),
  momentIn(random, 'migrate', 150, 400),
  momentIn(random, 'migrate', 100, 250),
  momentIn(random, 'expect', 1, 150),
  momentIn(random, 'validate', 1, 40),
  momentIn(random, 'validate', 1, 25),
  momentIn(random, 'judge', 1, 15),
  momentIn(random, 'complete', 1, 7),
  momentIn(random, 'cleanup', 1, 6),
];

describe('a copy from PostgreSQL into DynamoDB, killed in every step', () => {
  test('ends with the rows of the source, and puts no item again that a checkpoint covers', async () => {
    const witness = new PutWitness();
    const { kills, last, counted } = await runKillSeries({
      title: 'PostgreSQL into DynamoDB',
      rig,
      wires: [rig.source, target, rig.ledgerWire],
      moments,
      start: () => rig.start(dynamodbUrl(target.endpoint), ['--segments', '2', '--concurrency', '2']),
      witness,
      covered: (covered) => coveredLabels(covered).forEach((label) => witness.covered.add(label)),
    });
    expect(last).toMatchObject({ exitCode: 0 });
    expect(kills.map(({ step }) => step)).toEqual(moments.map(({ step }) => step));
    expect(kills.filter(({ underWay }) => underWay === 0)).toEqual([]);
    expect(counted).toEqual(rig.rows);
    expect(witness.again.slice(0, 5)).toEqual([]);
    expect(differences(await postgresRows(rig.sourceUrl), await dynamodbRows(target.engine))).toEqual([]);
  }, 240_000);
});
