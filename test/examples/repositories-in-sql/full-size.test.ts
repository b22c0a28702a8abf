import { compareReads } from '../../../examples/repositories-in-sql/reads/compare-reads.js';
import { openImportsRig, type ImportsRig } from './imports-rig.js';

let rig: ImportsRig;
beforeAll(async () => (rig = await openImportsRig()));
afterAll(() => rig.stop());

test('all of it, 200,000 rows and more, goes to DynamoDB, and each answer is the same as before', async () => {
  const world = await rig.world({ keepTables: true, settings: { concurrency: 4 } });
  await world.upTo(1);
  const counts = await world.fill();
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(rows).toBeGreaterThan(200_000);
  const { run, summary } = await world.up();
  expect({ run, summary }).toMatchObject({ run: { status: 'succeeded', exitCode: 0 }, summary: { version: 3 } });
  const { compared, difference } = await compareReads(world.before, world.after);
  expect(difference).toBeUndefined();
  expect(compared).toBeGreaterThan(200_000);
}, 900_000);
