import { commit } from '../../../examples/repositories/commit.js';
import { getObject } from '../../../examples/repositories/objects.js';
import { sweepRepositories } from '../../../examples/repositories/reachability.js';
import { openRepository } from '../../../examples/repositories/repository.js';
import { putObject } from '../../../examples/repositories/staging.js';
import { digestOf } from '../../../examples/repositories-in-sql/reads/compare-reads.js';
import { collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { openImportsRig, type ImportsRig } from './imports-rig.js';

const graceMs = 60_000;
let rig: ImportsRig;
beforeAll(async () => (rig = await openImportsRig()));
afterAll(() => rig.stop());

test('what was imported survives the sweep, is worked on, and its staging areas are swept once they are committed', async () => {
  const world = await rig.world({ target: 'pgkv' });
  await world.upTo(1);
  await world.fill({ repositories: 2, synsets: 200 });
  await world.upTo(3);
  const before = await digestOf(world.after);
  const clock = new ManualClock(Date.UTC(2040, 0, 1));
  const backend = { ...world.backend, clock };
  const registered = async () =>
    (await collect(backend.store.scan(Buffer.from('linked objects')))).map(({ key }) => Buffer.from(key).toString());

  // Of each of two repositories: the two areas of main and that of review.
  const imported = await registered();
  expect(imported).toHaveLength(6);
  for (let each = 0; each < 3; each++, clock.advance(graceMs + 1))
    expect(await sweepRepositories(backend, { graceMs })).toMatchObject({ reached: 6, condemned: 0, removed: 0 });
  expect(await digestOf(world.after)).toEqual(before);

  const home = await openRepository(backend, 'adj.all');
  await putObject(home, 'main', { path: 'new', address: 's3://new' });
  const staged = await collect(world.after.listObjects('adj.all', 'main'));
  const made = await commit(home, 'main', { committer: 'ann', message: 'What was staged in SQL' });
  expect(made.changes).toBeGreaterThan(10);
  expect(await collect(world.after.listObjects('adj.all', 'main'))).toEqual(staged);
  const after = await digestOf(world.after);
  for (let each = 0; each < 4; each++, clock.advance(graceMs + 1)) await sweepRepositories(backend, { graceMs });
  expect((await registered()).filter((token) => imported.includes(token))).toHaveLength(4);
  expect(await digestOf(world.after)).toEqual(after);
  expect(await getObject(home, 'main', 'new')).toMatchObject({ address: 's3://new' });
});
