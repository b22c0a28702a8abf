import { commit } from '../../../examples/repositories/commit.js';
import { listObjects } from '../../../examples/repositories/objects.js';
import { log } from '../../../examples/repositories/log.js';
import { openRepository, createRepository } from '../../../examples/repositories/repository.js';
import type { Backend, OpenRepository } from '../../../examples/repositories/records.js';
import type { Commit } from '../../../examples/repositories/refs_pb.js';
import { putObject } from '../../../examples/repositories/staging.js';
import type { Clock } from '../../../src/clock.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { systemClock } from '../../../src/system-clock.js';

/** Sleeps end at once: what waits for others gives way, and time passes for nobody. */
export const promptClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
};

/** A repository `r` with nothing in it but its first commit. */
export async function newRepository(store: KeyValueStore, clock: Clock = systemClock): Promise<OpenRepository> {
  return createRepository({ store, clock }, { name: 'r', storageNamespace: 's3://bucket/r' });
}

/** What committers were told. */
export class Told {
  readonly put: string[] = [];
  readonly committed: Commit[] = [];
  /** Calls that ended with an error: what they were to do may have been done. */
  readonly failed: unknown[] = [];
}

/**
 * One after another, `commits` times: puts an object of its own and commits. `told` hears of each call that ended; the
 * committer goes on after an error, unless it was killed.
 */
export async function runCommitter(backend: Backend, name: string, commits: number, told: Told): Promise<void> {
  for (let index = 0; index < commits; index++) {
    try {
      const home = await openRepository(backend, 'r');
      const path = `${name}/${index}`;
      await putObject(home, 'main', { path, address: `s3://bucket/r/${path}` });
      told.put.push(path);
      told.committed.push(await commit(home, 'main', { committer: name, message: `${index}`, allowEmpty: true }));
    } catch (error) {
      told.failed.push(error);
      if (error instanceof Error && error.message === 'killed') return;
    }
  }
}

/**
 * Sees that the history of `main` is linear, has each commit that somebody was told of once, and each put as well; and
 * that the others are not more than the calls that failed. Each path must be put once at most.
 */
export async function expectSound(home: OpenRepository, told: Told): Promise<void> {
  const commits: Commit[] = [];
  for await (const each of log(home, 'main')) commits.push(each);
  commits.forEach(({ generation, parentId }, index) => {
    expect(generation).toBe(commits.length - index);
    expect(parentId).toBe(commits[index + 1]?.id ?? '');
  });
  const ids = new Set(commits.map(({ id }) => id));
  expect(ids.size).toBe(commits.length);
  expect(told.committed.filter(({ id }) => !ids.has(id))).toEqual([]);
  expect(new Set(told.committed.map(({ id }) => id)).size).toBe(told.committed.length);
  const untold = commits.length - 1 - told.committed.length;
  expect(untold).toBeGreaterThanOrEqual(0);
  expect(untold).toBeLessThanOrEqual(told.failed.length);
  await expectObjectsOnce(home, commits, told);
}

/** Commits what is left: then each object that is there was put by exactly one of the commits. */
async function expectObjectsOnce(home: OpenRepository, commits: readonly Commit[], told: Told): Promise<void> {
  const last = await commit(home, 'main', { committer: 'the last', message: 'what is left', allowEmpty: true });
  const paths = new Set<string>();
  for await (const { path } of listObjects(home, 'main')) paths.add(path);
  expect(told.put.filter((path) => !paths.has(path))).toEqual([]);
  expect(paths.size - told.put.length).toBeLessThanOrEqual(told.failed.length);
  const changes = [last, ...commits].reduce((sum, each) => sum + each.changes, 0);
  expect(changes).toBe(paths.size);
}
