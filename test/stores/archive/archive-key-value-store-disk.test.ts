import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PredicateFailedError } from '../../../src/errors.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { DiskKeyValueDriver } from '../../../src/stores/archive/archive-key-value-store-disk.js';
import { entryName } from '../../../src/stores/archive/archive-key-value-entries.js';
import { bytes } from '../../support/kv-bytes.js';
import { kvConformance } from '../../support/kv-conformance.js';

let folder: string;
let opened = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-kv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = () => Promise.resolve(new DiskKeyValueDriver(join(folder, String(opened++)), 'archive:test', 10));

kvConformance('files of an archive on disk', open);

describe('an entry on disk', () => {
  const [partition, key] = [bytes('p'), bytes('k')];
  // As checkedStore hands them to a driver.
  const [storedPartition, storedKey] = [bytes('/p'), bytes('/k')];

  test('is written by one of many who read the same, across stores of one folder', async () => {
    const root = join(folder, 'contended');
    const stores = Array.from({ length: 6 }, () => checkedStore(new DiskKeyValueDriver(root, 'archive:test')));
    await stores[0]?.set(partition, key, bytes('0'));
    for (let round = 0; round < 20; round++) {
      const before = await stores[0]?.get(partition, key);
      const outcomes = await Promise.allSettled(
        stores.map((store, index) => store.setIf(partition, key, bytes(`${round}.${index}`), before?.predicate)),
      );
      const winners = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(PredicateFailedError);
      }
      const after = await stores[1]?.get(partition, key);
      expect(Buffer.from(after?.value ?? []).toString()).toBe(`${round}.${winners[0]}`);
    }
  });

  test('leaves nothing behind but its value and what names it, whoever lost', async () => {
    const root = join(folder, 'tidy');
    const store = checkedStore(new DiskKeyValueDriver(root, 'archive:test'));
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.set(partition, key, bytes(String(index)))));
    await store.set(partition, key, bytes('last'));
    const entry = join(root, 'carryover/kv', entryName(storedPartition), entryName(storedKey));
    const [pointer = '', value = '', ...others] = (await readdir(entry)).sort((a) =>
      a.startsWith('current.') ? -1 : 1,
    );
    expect(others).toEqual([]);
    expect(value).toBe(`${pointer.slice('current.'.length)}.value`);
    await store.delete(partition, key);
    await expect(readdir(entry)).rejects.toThrow('ENOENT');
    expect(await readdir(join(root, 'carryover/tmp/kv'))).toEqual([]);
  });
});
