import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, StoreFullError, StoreUnavailableError } from '../../../src/errors.js';
import { diskError } from '../../../src/stores/archive/disk-errors.js';
import { DiskPlace } from '../../../src/stores/archive/disk-place.js';
import { PartFile } from '../../../src/stores/archive/part-file.js';
import { all } from './all.js';
import { itemsOf, numbered, orders, startTestArchive, writeParts, pathsOf } from './test-archive.js';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a place on disk', () => {
  let folder: string;
  let place: DiskPlace;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carryover-place-'));
    place = new DiskPlace(join(folder, 'archive'), 'archive:test');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('shows an upload when it is finished, and nothing of one that was given up', async () => {
    const upload = place.upload('orders/data/a');
    await upload.write(Buffer.from('one '));
    expect(await all(place.files('orders'))).toEqual([]);
    await upload.write(Buffer.from('two'));
    expect((await upload.finish()).etag).toBe(createHash('md5').update('one two').digest('hex'));
    expect((await place.read('orders/data/a'))?.toString()).toBe('one two');
    const other = place.upload('orders/data/a');
    await other.write(Buffer.from('three'));
    await other.abandon();
    await other.abandon();
    expect((await place.read('orders/data/a'))?.toString()).toBe('one two');
    expect(await readdir(join(folder, 'archive/carryover/tmp/orders'))).toEqual([]);
  });

  test('creates a file once, whole, however many try', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.from(`body ${index}`));
    const made = await Promise.all(bodies.map((body) => place.create('orders/file', body)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await place.read('orders/file')).toEqual(bodies[made.indexOf(true)]);
    expect(await readdir(join(folder, 'archive/carryover/tmp/orders'))).toEqual([]);
  });

  test('says what is wrong with it', async () => {
    expect(await place.complaint('source')).toMatch(/there is no folder .*archive/);
    expect(await place.complaint('target')).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await mkdir(join(folder, 'archive'));
    expect(await place.complaint('target')).toBeUndefined();
    expect(await place.complaint('source')).toBeUndefined();
    expect(await readdir(join(folder, 'archive'))).toEqual([]);
    await writeFile(join(folder, 'file'), '');
    const file = new DiskPlace(join(folder, 'file'), 'archive:file');
    expect(await file.complaint('source')).toMatch(/ENOTDIR/);
    expect(await file.complaint('target')).toMatch(/ENOTDIR/);
    const below = new DiskPlace(join(folder, 'file', 'a', 'b'), 'archive:file');
    expect(await below.complaint('target')).toMatch(/file.*ENOTDIR/);
    expect(await below.read('x')).toBeUndefined();
  });

  test('takes a folder where a file should be for a fault, not for an absent file', async () => {
    await mkdir(join(folder, 'archive', 'orders'), { recursive: true });
    await expect(place.read('orders')).rejects.toThrow(InputError);
    await expect(place.put('orders', Buffer.from('x'))).rejects.toThrow(/archive\/orders/);
    expect(await readdir(join(folder, 'archive/carryover/tmp/root'))).toEqual([]);
  });
});

describe('an error of the file system', () => {
  test.each([
    ['ENOSPC', StoreFullError, /^writing \/backups\/x failed: no space is left on its disk \(ENOSPC\)\. Free space/],
    ['EDQUOT', StoreFullError, /quota of this user/],
    ['EFBIG', StoreFullError, /files may not become as large here/],
    ['EIO', StoreUnavailableError, /writing \/backups\/x failed: EIO/],
    ['EACCES', InputError, /\/backups\/x: writing it is not allowed to this user \(EACCES\)/],
    ['EROFS', InputError, /EROFS/],
  ])('%s becomes one of the error set that names the file', (code, type, message) => {
    const error = diskError(failure(code), 'writing', '/backups/x');
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
  });
});

describe('a part whose place fails', () => {
  test.each([0, 1, 3])('tells it after %i pieces, and neither hangs nor finishes', async (pieces) => {
    let written = 0;
    let abandoned = 0;
    const part = new PartFile({
      write: () => (written++ < pieces ? Promise.resolve() : Promise.reject(failure('ENOSPC'))),
      finish: () => Promise.reject(new Error('finished what is not whole')),
      abandon: () => Promise.resolve(void abandoned++),
    });
    const noise = () => [{ id: { B: randomBytes(60_000) } }];
    const writing = (async () => {
      for (let i = 0; i < 30; i++) await part.write(noise());
      await part.finish();
    })();
    await expect(writing).rejects.toThrow('ENOSPC');
    await part.abandon();
    expect(abandoned).toBe(1);
  });

  test('tells it also while the compressor holds a piece back until the place has taken the one before', async () => {
    const part = new PartFile({
      async write() {
        await sleep(50);
        throw failure('ENOSPC');
      },
      finish: () => Promise.reject(new Error('finished what is not whole')),
      abandon: () => Promise.resolve(),
    });
    await expect(part.write([{ id: { B: randomBytes(2_000_000) } }])).rejects.toThrow('ENOSPC');
    await part.abandon();
  });
});

test('what a killed writer left is removed when its unit goes on, and not what another unit is writing', async () => {
  const archive = await startTestArchive('disk');
  try {
    const store = archive.open();
    await store.create(orders);
    const killed = archive.open().writer('orders', { unit: 1, position: 1 });
    await killed.write([{ id: { S: 'a' }, body: { B: randomBytes(300_000) } }]);
    const other = store.writer('orders', { unit: 2, position: 1 });
    await other.write([{ id: { S: 'b' }, body: { B: randomBytes(300_000) } }]);
    const temporaries = () => pathsOf(archive.place, 'carryover/tmp/orders');
    const [ofKilled, ofOther] = await temporaries();
    expect([ofKilled, ofOther]).toEqual([expect.stringMatching('u00001-p'), expect.stringMatching('u00002-p')]);
    await writeParts(store, 1, 1, [numbered(10, 20)]);
    expect(await temporaries()).toEqual([ofOther]);
    await other.flush();
    expect(await itemsOf(store)).toHaveLength(11);
    await killed.abandon();
  } finally {
    await archive.stop();
  }
});
