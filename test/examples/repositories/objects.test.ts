import fc from 'fast-check';
import { createBranch } from '../../../examples/repositories/branch-creation.js';
import { commit } from '../../../examples/repositories/commit.js';
import { getObject, listObjects } from '../../../examples/repositories/objects.js';
import type { OpenRepository } from '../../../examples/repositories/records.js';
import { deleteObject, putObject } from '../../../examples/repositories/staging.js';
import { createTag } from '../../../examples/repositories/tag.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { newRepository, promptClock } from './committers.js';

type Objects = Map<string, string>;
const open = () => newRepository(openMemoryKeyValueStore({ pageEntries: 7 }), promptClock);
const by = { committer: 'ann', message: 'm' };

/** All that a ref shows, by listing and by looking. */
async function shownAt(home: OpenRepository, ref: string): Promise<Objects> {
  const listed = await collect(listObjects(home, ref));
  for (const object of listed) expect(await getObject(home, ref, object.path)).toEqual(object);
  return new Map(listed.map(({ path, address }) => [path, address]));
}

type Step = (home: OpenRepository, model: Map<string, { staged: Objects; committed: Objects }>) => Promise<void>;
const ref = fc.constantFrom('main', 'work');
const path = fc.integer({ min: 0, max: 60 }).map((n) => `${n % 2 === 0 ? 'a/' : 'é/'}${n}`);

const put: fc.Arbitrary<Step> = fc
  .tuple(ref, fc.array(path, { maxLength: 40 }), fc.string())
  .map(([at, paths, address]) => async (home, model) => {
    for (const each of paths) {
      await putObject(home, at, { path: each, address });
      model.get(at)!.staged.set(each, address);
    }
  });
const remove: fc.Arbitrary<Step> = fc.tuple(ref, path).map(([at, each]) => async (home, model) => {
  await deleteObject(home, at, each);
  model.get(at)!.staged.delete(each);
});
const commits: fc.Arbitrary<Step> = fc.tuple(ref, fc.boolean()).map(([at, allowEmpty]) => async (home, model) => {
  const branch = model.get(at)!;
  try {
    await commit(home, at, { ...by, allowEmpty });
  } catch (error) {
    // Only a put of what is there, or a deletion of what is not, changes nothing: then both are equal.
    expect(error).toMatchObject({ name: 'NothingToCommitError' });
    expect(branch.staged).toEqual(branch.committed);
  }
  branch.committed = new Map(branch.staged);
});
const tag: fc.Arbitrary<Step> = ref.map((at) => async (home, model) => {
  const name = `tag${model.size}`;
  await createTag(home, name, { ref: at });
  const { committed } = model.get(at)!;
  model.set(name, { staged: new Map(committed), committed: new Map(committed) });
});

describe('objects', () => {
  test('are what a map would hold: staged, committed, branched and tagged', async () => {
    const steps = fc.array(fc.oneof(put, remove, commits, commits, tag), { minLength: 5, maxLength: 25, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const home = await open();
        await createBranch(home, 'work', { ref: 'main' });
        const none = () => ({ staged: new Map(), committed: new Map() });
        const model = new Map([
          ['main', none()],
          ['work', none()],
        ]);
        for (const step of all) await step(home, model);
        for (const [name, { staged }] of model) {
          const sorted = [...staged].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect([...(await shownAt(home, name))]).toEqual(sorted);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are listed from a path on, with what is staged in the place of what is committed', async () => {
    const home = await open();
    for (const each of ['a', 'b', 'c', 'd']) await putObject(home, 'main', { path: each, address: '1' });
    await commit(home, 'main', by);
    await putObject(home, 'main', { path: 'c', address: '2' });
    await putObject(home, 'main', { path: 'bb', address: '2' });
    await deleteObject(home, 'main', 'd');
    const listed = await collect(listObjects(home, 'main', 'b'));
    expect(listed.map((object) => `${object.path}${object.address}`)).toEqual(['b1', 'bb2', 'c2']);
    expect(await getObject(home, 'main', 'd')).toBeUndefined();
    expect(await getObject(home, 'main', 'nowhere')).toBeUndefined();
  });

  test('keep all that is known of them', async () => {
    const home = await open();
    const object = { path: 'a/b c', address: 's3://x', checksum: 'abc', sizeBytes: 2n ** 60n, metadata: { k: 'v' } };
    await putObject(home, 'main', object);
    await commit(home, 'main', by);
    expect(await getObject(home, 'main', 'a/b c')).toMatchObject(object);
  });

  test('are refused whose path or size does not fit', async () => {
    const home = await open();
    const refused = (object: { path: string; metadata?: Record<string, string> }) =>
      expect(putObject(home, 'main', { address: 'a', ...object })).rejects.toMatchObject({ name: 'InputError' });
    for (const bad of ['', 'x'.repeat(901), 'é'.repeat(451), '\ud800']) await refused({ path: bad });
    await refused({ path: 'p', metadata: { big: 'x'.repeat(8_192) } });
    await expect(deleteObject(home, 'main', '')).rejects.toMatchObject({ name: 'InputError' });
    await putObject(home, 'main', { path: 'é'.repeat(450), address: 'a' });
  });

  test('as large as they may be fit into a tree of any number', async () => {
    const home = await open();
    const paths = Array.from({ length: 130 }, (_, index) => String(index).padEnd(900, '.'));
    for (const each of paths) await putObject(home, 'main', { path: each, address: 'x'.repeat(7_200) });
    await commit(home, 'main', by);
    expect(await collect(listObjects(home, 'main'))).toHaveLength(130);
  });

  test('of a branch or tag that is not there are refused', async () => {
    const home = await open();
    const missing = { name: 'NotFoundError', message: expect.stringContaining('"none"') as string };
    await expect(putObject(home, 'none', { path: 'p', address: 'a' })).rejects.toMatchObject(missing);
    await expect(getObject(home, 'none', 'p')).rejects.toMatchObject(missing);
    await expect(collect(listObjects(home, 'none'))).rejects.toMatchObject(missing);
    await expect(commit(home, 'none', by)).rejects.toMatchObject(missing);
  });
});
