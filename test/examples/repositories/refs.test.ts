import { createBranch, deleteBranch } from '../../../examples/repositories/branch-creation.js';
import { getBranch, listBranches } from '../../../examples/repositories/branch.js';
import { commit } from '../../../examples/repositories/commit.js';
import { isInHistory, log } from '../../../examples/repositories/log.js';
import { getObject } from '../../../examples/repositories/objects.js';
import { sweepRepositories } from '../../../examples/repositories/reachability.js';
import { putObject } from '../../../examples/repositories/staging.js';
import { createTag, deleteTag, getTag, listTags } from '../../../examples/repositories/tag.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { newRepository, promptClock } from './committers.js';

const open = () => newRepository(openMemoryKeyValueStore(), promptClock);
const by = { committer: 'ann', message: 'm' };
const names = async (from: AsyncIterable<{ name: string }>) => (await collect(from)).map(({ name }) => name);

describe('branches', () => {
  test('begin with the newest commit of another, or one before it, without what is staged there', async () => {
    const home = await open();
    await putObject(home, 'main', { path: 'a', address: '1' });
    const first = await commit(home, 'main', by);
    await putObject(home, 'main', { path: 'a', address: '2' });
    await commit(home, 'main', by);
    await putObject(home, 'main', { path: 'a', address: '3' });
    await createBranch(home, 'newest', { ref: 'main' });
    await createBranch(home, 'older', { ref: 'main', commitId: first.id });
    expect((await getObject(home, 'newest', 'a'))?.address).toBe('2');
    expect((await getObject(home, 'older', 'a'))?.address).toBe('1');
    expect((await getObject(home, 'main', 'a'))?.address).toBe('3');
    expect(await names(listBranches(home))).toEqual(['main', 'newest', 'older']);
  });

  test('are made once, from what is there', async () => {
    const home = await open();
    await createBranch(home, 'b', { ref: 'main' });
    await expect(createBranch(home, 'b', { ref: 'main' })).rejects.toMatchObject({ name: 'AlreadyExistsError' });
    await expect(createBranch(home, 'c', { ref: 'none' })).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(createBranch(home, 'c', { ref: 'main', commitId: 'x' })).rejects.toThrow(
      'not in the history of "main"',
    );
    await expect(createBranch(home, 'a/b', { ref: 'main' })).rejects.toMatchObject({ name: 'InputError' });
  });

  test('that were deleted are not there, may be made anew, and take none of their commits with them', async () => {
    const clock = new ManualClock();
    const home = await newRepository(openMemoryKeyValueStore(), clock);
    await createBranch(home, 'b', { ref: 'main' });
    await putObject(home, 'b', { path: 'a', address: '1' });
    const { id } = await commit(home, 'b', by);
    await createTag(home, 'kept', { ref: 'b' });
    await putObject(home, 'b', { path: 'staged', address: '1' });
    await deleteBranch(home, 'b');
    expect(await getBranch(home, 'b')).toBeUndefined();
    expect(await names(listBranches(home))).toEqual(['main']);
    await expect(deleteBranch(home, 'b')).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(putObject(home, 'b', { path: 'a', address: '2' })).rejects.toMatchObject({ name: 'NotFoundError' });
    await createBranch(home, 'b', { ref: 'main' });
    expect(await getObject(home, 'b', 'staged')).toBeUndefined();
    await putObject(home, 'b', { path: 'c', address: '1' });
    await commit(home, 'b', by);
    for (let each = 0; each < 4; each++) {
      clock.advance(60_001);
      await sweepRepositories(home, { graceMs: 60_000 });
    }
    expect((await collect(log(home, 'kept'))).map((each) => each.id)).toContain(id);
    expect((await getObject(home, 'kept', 'a'))?.address).toBe('1');
  });

  test('deleted under a commit let it fail', async () => {
    const home = await open();
    await createBranch(home, 'b', { ref: 'main' });
    await putObject(home, 'b', { path: 'a', address: '1' });
    const [committed] = await Promise.allSettled([commit(home, 'b', by), deleteBranch(home, 'b')]);
    expect(committed).toMatchObject({ status: 'rejected', reason: { name: 'NotFoundError' } });
  });
});

describe('tags', () => {
  test('name a commit of a branch or tag once, until they are deleted', async () => {
    const home = await open();
    const { id } = await commit(home, 'main', { ...by, allowEmpty: true });
    await createTag(home, 'v1', { ref: 'main' });
    await commit(home, 'main', { ...by, allowEmpty: true });
    await createTag(home, 'v1-too', { ref: 'v1' });
    expect(await getTag(home, 'v1-too')).toMatchObject({ name: 'v1-too', commitId: id });
    await expect(createTag(home, 'v1', { ref: 'main' })).rejects.toMatchObject({ name: 'AlreadyExistsError' });
    expect(await names(listTags(home))).toEqual(['v1', 'v1-too']);
    expect(await collect(log(home, 'v1'))).toHaveLength(2);
    await deleteTag(home, 'v1');
    await deleteTag(home, 'v1');
    expect(await getTag(home, 'v1')).toBeUndefined();
  });
});

describe('commits', () => {
  test('of nothing are refused, unless they are asked for', async () => {
    const home = await open();
    const refusal = { name: 'NothingToCommitError', message: 'nothing is staged on "main" that changes it' };
    await expect(commit(home, 'main', by)).rejects.toMatchObject(refusal);
    await putObject(home, 'main', { path: 'a', address: '1' });
    expect(await commit(home, 'main', { ...by, metadata: { build: '7' } })).toMatchObject({
      ...by,
      generation: 2,
      changes: 1,
      metadata: { build: '7' },
    });
    await expect(commit(home, 'main', by)).rejects.toMatchObject(refusal);
    expect(await commit(home, 'main', { ...by, allowEmpty: true })).toMatchObject({ generation: 3, changes: 0 });
  });

  test('know which commits are before them', async () => {
    const home = await open();
    const made = [];
    for (let each = 0; each < 4; each++) made.push(await commit(home, 'main', { ...by, allowEmpty: true }));
    const [first, , third, last] = made;
    expect(await isInHistory(home, last!.id, first!)).toBe(true);
    expect(await isInHistory(home, third!.id, last!)).toBe(false);
    expect(await isInHistory(home, last!.id, { id: 'other', generation: 3 })).toBe(false);
  });
});
