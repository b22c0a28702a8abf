import { openKeyValueStore } from '../../src/local/open-key-value-store.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { systemClock } from '../../src/system-clock.js';
import { createBranch } from './branch-creation.js';
import { commit } from './commit.js';
import { log } from './log.js';
import { getObject, listObjects } from './objects.js';
import { sweepRepositories } from './reachability.js';
import type { Backend, OpenRepository } from './records.js';
import { createRepository } from './repository.js';
import { deleteObject, putObject } from './staging.js';
import { createTag } from './tag.js';

/** Longer than any call takes: what is younger is left alone. */
const graceMs = 60 * 60 * 1_000;
const write = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * A walk through the service, over the store of a URL or else in memory: a repository, twenty committers on one branch, a
 * tag, a branch, and the sweep. Each run makes a repository of its own.
 */
async function main(url: string | undefined): Promise<void> {
  const store = url === undefined ? openMemoryKeyValueStore() : await openKeyValueStore(url);
  const backend = { store, clock: systemClock };
  try {
    const name = `tour-${Date.now()}`;
    const home = await createRepository(backend, { name, storageNamespace: `s3://bucket/${name}` });
    write(`Created repository ${name} with branch ${home.repository.defaultBranch}.`);
    await commitTogether(home, 20, 5);
    await tagAndBranch(home);
    await show(home, backend);
  } finally {
    await store.close();
  }
}

/** All at once, each puts an object and commits, again and again. */
async function commitTogether(home: OpenRepository, committers: number, commits: number): Promise<void> {
  const one = async (committer: string): Promise<void> => {
    for (let index = 0; index < commits; index++) {
      const path = `${committer}/${index}.txt`;
      await putObject(home, 'main', { path, address: `${home.repository.storageNamespace}/${path}` });
      await commit(home, 'main', { committer, message: `Add ${path}`, allowEmpty: true });
    }
  };
  await Promise.all(Array.from({ length: committers }, (_, index) => one(`committer-${index}`)));
}

async function tagAndBranch(home: OpenRepository): Promise<void> {
  await createTag(home, 'v1', { ref: 'main' });
  await createBranch(home, 'experiment', { ref: 'v1' });
  await deleteObject(home, 'experiment', 'committer-0/0.txt');
  await commit(home, 'experiment', { committer: 'ann', message: 'Try without it' });
}

async function show(home: OpenRepository, backend: Backend): Promise<void> {
  for (const ref of ['main', 'v1', 'experiment']) {
    const [commits, objects] = [await count(log(home, ref)), await count(listObjects(home, ref))];
    write(`${ref}: ${commits - 1} commits after the first, ${objects} objects`);
  }
  const still = (await getObject(home, 'main', 'committer-0/0.txt')) !== undefined;
  write(`committer-0/0.txt is ${still ? 'still' : 'not'} on main.`);
  const { reached, removed, waiting } = await sweepRepositories(backend, { graceMs });
  write(`The sweep found ${reached + removed} partitions old enough to look at, and left ${waiting} alone.`);
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let all = 0;
  for await (const _item of items) all++;
  return all;
}

await main(process.argv[2]);
