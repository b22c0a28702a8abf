import { getObject } from '../../../examples/repositories/objects.js';
import {
  abortUpload,
  addPart,
  completeUpload,
  listParts,
  listUploads,
  startUpload,
} from '../../../examples/repositories/uploads.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { collect } from '../../support/kv-bytes.js';
import { newRepository, promptClock as clock } from './committers.js';
import { killedAfter } from './faulty-processes.js';

const file = { path: 'a/b', address: 's3://bucket/u', contentType: 'text/plain', metadata: { k: 'v' } };
const part = (number: number) => ({
  number,
  checksum: `sum ${number}`,
  sizeBytes: BigInt(Math.ceil(number)) * 2n ** 40n,
});
const done = { branch: 'main', checksum: 'whole' };

describe('an upload', () => {
  test('becomes an object as large as its parts, and is forgotten', async () => {
    const home = await newRepository(openMemoryKeyValueStore({ pageEntries: 3 }), clock);
    const id = await startUpload(home, file);
    for (const number of [10, 2, 10_000, 1, 2]) await addPart(home, id, part(number));
    expect(await collect(listUploads(home))).toMatchObject([{ ...file, id }]);
    expect((await collect(listParts(home, id))).map(({ number }) => number)).toEqual([1, 2, 10, 10_000]);
    await completeUpload(home, id, done);
    const { contentType: _, ...object } = file;
    expect(await getObject(home, 'main', 'a/b')).toMatchObject({
      ...{ ...object, checksum: 'whole', sizeBytes: 10_013n * 2n ** 40n },
    });
    expect(await collect(listUploads(home))).toEqual([]);
    expect(await collect(listParts(home, id))).toEqual([]);
  });

  test('that was given up takes no parts', async () => {
    const home = await newRepository(openMemoryKeyValueStore(), clock);
    const id = await startUpload(home, file);
    await addPart(home, id, part(1));
    await abortUpload(home, id);
    await abortUpload(home, id);
    await expect(addPart(home, id, part(2))).rejects.toThrow(`there is no upload "${id}" in "r"`);
    await expect(completeUpload(home, id, done)).rejects.toMatchObject({ name: 'NotFoundError' });
    expect(await getObject(home, 'main', 'a/b')).toBeUndefined();
  });

  test('has a path and numbers of parts that can be', async () => {
    const home = await newRepository(openMemoryKeyValueStore(), clock);
    await expect(startUpload(home, { ...file, path: '' })).rejects.toMatchObject({ name: 'InputError' });
    const id = await startUpload(home, file);
    for (const number of [0, 10_001, 1.5])
      await expect(addPart(home, id, part(number))).rejects.toMatchObject({ name: 'InputError' });
  });

  test('whose completion is killed at any request is there to be completed, or an object of its whole size', async () => {
    for (let calls = 0; ; calls++) {
      const driver = new MemoryKeyValueDriver();
      const sound = await newRepository(checkedStore(driver), clock);
      const id = await startUpload(sound, file);
      for (const number of [1, 2, 3]) await addPart(sound, id, part(number));
      const store = checkedStore(killedAfter(driver, calls, true), { clock });
      const ended = await completeUpload({ ...sound, store }, id, done).then(() => true, String);
      if (ended !== true) expect(ended).toContain('killed');
      if ((await collect(listUploads(sound))).length > 0) await completeUpload(sound, id, done);
      expect((await getObject(sound, 'main', 'a/b'))?.sizeBytes).toBe(6n * 2n ** 40n);
      if (ended === true) return expect(calls).toBeGreaterThan(8);
    }
  });
});
