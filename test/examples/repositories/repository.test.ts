import { commitKey, commitOf, idOf, repositoriesOf } from '../../../examples/repositories/records.js';
import { listBranches } from '../../../examples/repositories/branch.js';
import { log } from '../../../examples/repositories/log.js';
import { sweepRepositories } from '../../../examples/repositories/reachability.js';
import { createRepository, listRepositories, openRepository } from '../../../examples/repositories/repository.js';
import { putObject } from '../../../examples/repositories/staging.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { ManualClock } from '../../support/manual-clock.js';
import { promptClock as clock } from './committers.js';
import { killedAfter } from './faulty-processes.js';

const named = (name: string) => ({ name, storageNamespace: `s3://bucket/${name}` });

describe('a repository', () => {
  test('has a default branch with one empty commit', async () => {
    const backend = { store: openMemoryKeyValueStore(), clock };
    const made = await createRepository(backend, { ...named('r'), defaultBranch: 'trunk' });
    const home = await openRepository(backend, 'r');
    expect(home.repository).toEqual(made.repository);
    expect((await collect(listBranches(home))).map(({ name }) => name)).toEqual(['trunk']);
    const commits = await collect(log(home, 'trunk'));
    expect(commits).toMatchObject([{ id: idOf(home.repository.partition), parentId: '', generation: 1, changes: 0 }]);
  });

  test('is there once, whoever creates it at the same time', async () => {
    const backend = { store: openMemoryKeyValueStore(), clock };
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => createRepository(backend, named('r'))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if ('reason' in result) expect(result.reason).toMatchObject({ name: 'AlreadyExistsError' });
    await expect(createRepository(backend, named('r'))).rejects.toThrow('there is a repository "r" already');
    expect(await collect(listRepositories(backend))).toHaveLength(1);
  });

  test('is opened by a name that is there, and created under a name that can be one', async () => {
    const backend = { store: openMemoryKeyValueStore(), clock };
    await expect(openRepository(backend, 'r')).rejects.toThrow('there is no repository "r"');
    for (const name of ['', 'a b', 'a/b', 'ä', 'x'.repeat(201)])
      await expect(createRepository(backend, named(name))).rejects.toMatchObject({ name: 'InputError' });
    expect(await collect(listRepositories(backend))).toEqual([]);
  });
});

const killed = (driver: MemoryKeyValueDriver, calls: number, arrives: boolean) => ({
  store: checkedStore(killedAfter(driver, calls, arrives), { clock }),
  clock,
});

describe('the creation of a repository, killed at any request', () => {
  test.each([false, true])(
    'shows nothing or the whole, and can be repeated (the last arrives: %s)',
    async (arrives) => {
      const seen: number[] = [];
      for (let calls = 0; ; calls++) {
        const driver = new MemoryKeyValueDriver();
        const result = await createRepository(killed(driver, calls, arrives), named('r')).catch(String);
        if (typeof result !== 'string') break;
        expect(result).toBe('Error: killed');
        const sound = { store: checkedStore(driver), clock };
        const shown = await collect(listRepositories(sound));
        seen.push(shown.length);
        const home = await (shown.length === 0 ? createRepository(sound, named('r')) : openRepository(sound, 'r'));
        expect(await collect(log(home, 'main'))).toHaveLength(1);
        await putObject(home, 'main', { path: 'p', address: 'a' });
      }
      // It is there with its last write, and not before.
      expect(seen).toEqual([...seen.slice(1).fill(0), arrives ? 1 : 0]);
      expect(seen.length).toBeGreaterThan(5);
    },
  );

  test('leaves nothing once the sweep has come three times', async () => {
    for (let calls = 0; ; calls++) {
      const driver = new MemoryKeyValueDriver();
      const done = await createRepository(killed(driver, calls, true), named('r')).catch(() => undefined);
      if (done !== undefined) break;
      const sweepClock = new ManualClock(clock.now());
      const sound = { store: checkedStore(driver), clock: sweepClock };
      const partitions = await registered(sound.store);
      for (let each = 0; each < 3; each++) {
        sweepClock.advance(60_001);
        await sweepRepositories(sound, { graceMs: 60_000 });
      }
      expect(await registered(sound.store)).toEqual([]);
      const there = await repositoriesOf(sound).get('r');
      for (const id of partitions) {
        const left = await collect(sound.store.scan(Buffer.from(id)));
        expect(left.length > 0).toBe(there !== undefined);
        if (there !== undefined) expect(await commitOf(sound, id).get(commitKey)).toBeDefined();
      }
    }
  });
});

async function registered(store: ReturnType<typeof openMemoryKeyValueStore>): Promise<string[]> {
  return (await collect(store.scan(Buffer.from('linked objects')))).map(({ key }) => idOf(key));
}
