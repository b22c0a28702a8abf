import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CorruptDataError } from '../../../src/errors.js';
import { md5Base64 } from '../../../src/stores/archive/manifests.js';
import type { Store } from '../../../src/stores/store.js';
import { all } from './all.js';
import { itemsOf, numbered, orders, pagesOf, startTestArchive, writeParts, type TestArchive } from './test-archive.js';

const part = 'u00000-p000001';

describe.each(['disk', 's3'] as const)('a damaged archive on %s', (kind) => {
  let archive: TestArchive;
  let store: Store;
  let exported: string;
  let data: string;
  let sidecar: string;
  beforeEach(async () => {
    archive = await startTestArchive(kind);
    store = archive.open();
    const { identity } = await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 95), numbered(95, 120)]);
    exported = `orders/AWSDynamoDB/${identity}`;
    data = `${exported}/data/${part}.json.gz`;
    sidecar = `orders/carryover/parts/${identity}/${part}.json`;
  });
  afterEach(() => archive.stop());

  async function bytes(path: string): Promise<Buffer> {
    const body = await archive.place.read(path);
    if (body === undefined) throw new Error(`${path} is missing`);
    return body;
  }

  /** Replaces the part and what its sidecar says of it, so that only its lines are wrong. */
  async function replaceLines(change: (text: string) => string, itemCount = 95): Promise<void> {
    const body = gzipSync(change(gunzipSync(await bytes(data)).toString()));
    await archive.place.put(data, body);
    const kept: object = JSON.parse((await bytes(sidecar)).toString());
    await archive.place.put(sidecar, Buffer.from(JSON.stringify({ ...kept, itemCount, md5Checksum: md5Base64(body) })));
  }

  async function expectCorrupt(message: RegExp): Promise<void> {
    const failure: unknown = await itemsOf(store).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CorruptDataError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toContain('archive:test');
  }

  test('is found out by any flipped bit, and no file with one is ever read to its end', async () => {
    const whole = await bytes(data);
    for (let at = 10; at < whole.length; at += kind === 'disk' ? 37 : 301) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await archive.place.put(data, flipped);
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('no segment');
      let items = 0;
      const reading = (async () => {
        for await (const page of store.read(segment, undefined, { pageItems: 10 })) items += page.items.length;
      })();
      await expect(reading).rejects.toThrow(new RegExp(part));
      expect(items).toBeLessThanOrEqual(90);
    }
  });

  test('is found out where a file was cut short', async () => {
    const whole = await bytes(data);
    for (const length of [0, 5, whole.length >> 1, whole.length - 1]) {
      await archive.place.put(data, whole.subarray(0, length));
      await expectCorrupt(new RegExp(`${part}.json.gz (is no whole gzip file|does not have the checksum)`));
    }
  });

  test('is found out where bytes were added, even those of a gzip file', async () => {
    await archive.place.put(data, Buffer.concat([await bytes(data), gzipSync('{"Item":{"id":{"S":"more"}}}\n')]));
    await expectCorrupt(/does not have the checksum/);
  });

  test('is found out where a file holds more or fewer items than are listed', async () => {
    await replaceLines((text) => text.slice(text.indexOf('\n') + 1));
    await expectCorrupt(/holds 94 items, where 95 are listed/);
    await replaceLines((text) => `${text}{"Item":{"id":{"S":"more"}}}\n`, 94);
    await expectCorrupt(/holds 95 items, where 94 are listed/);
  });

  test.each([
    ['no JSON', '{"Item":{"id":{"S":"a"', /line 96 is no item in DynamoDB JSON: it is no JSON/],
    ['another object', '{"Keys":{"id":{"S":"a"}}}', /line 96 is no item .* no object with the field "Item"/],
    ['an unknown type', '{"Item":{"id":{"T":"a"}}}', /line 96 .* type "T"/],
    ['two types', '{"Item":{"id":{"S":"a","N":"1"}}}', /line 96 .* 2 types/],
    ['a number that is no string', '{"Item":{"id":{"N":1}}}', /line 96/],
    ['a binary that is no base64', '{"Item":{"id":{"B":"&&&&"}}}', /line 96 .* base64/],
    ['a set of maps', '{"Item":{"id":{"SS":[{}]}}}', /line 96/],
    ['a plain value', '{"Item":{"id":"a"}}', /line 96/],
  ])('names the line that is %s', async (_title, line, message) => {
    await replaceLines((text) => `${text}${line}\n`, 96);
    await expectCorrupt(message);
  });

  test('names a file that is missing', async () => {
    await archive.place.remove([data]);
    await expectCorrupt(/u00000-p000001\.json\.gz is missing/);
    await expect(store.finish(orders)).rejects.toThrow(/u00000-p000001\.json\.gz is missing/);
    await store.drop('orders');
  });

  test('is found out by its manifests when it was finished', async () => {
    await store.finish(orders);
    await archive.place.remove([sidecar]);
    expect(await itemsOf(store)).toEqual(numbered(0, 120));
    const files = (await bytes(`${exported}/manifest-files.json`)).toString();
    await archive.place.put(`${exported}/manifest-files.json`, Buffer.from(files.replace('95', '96')));
    await expectCorrupt(/manifest-files\.json does not have the checksum/);
    const [first = ''] = files.split('\n');
    const fewer = Buffer.from(`${first}\n`);
    await archive.place.put(`${exported}/manifest-files.json`, fewer);
    await archive.place.put(`${exported}/manifest-files.md5`, Buffer.from(md5Base64(fewer)));
    await expectCorrupt(/lists 95 items, where manifest-summary\.json says 120/);
    await archive.place.remove([`${exported}/manifest-files.json`]);
    await expectCorrupt(/manifest-files\.json is missing/);
    await archive.place.put(`${exported}/manifest-summary.json`, Buffer.from('{}'));
    await archive.place.remove([`${exported}/manifest-summary.md5`]);
    await expectCorrupt(/manifest-summary\.json is no manifest of an export: version/);
  });

  test('is not read as another table that was made in its place', async () => {
    const [segment] = await store.split('orders', 1);
    await store.drop('orders');
    await store.create(orders);
    if (segment === undefined) throw new Error('no segment');
    await expect(pagesOf(store, segment)).rejects.toThrow(/made anew since its segments were planned/);
  });

  test('has manifests of the documented form, with checksums that hold', async () => {
    await store.finish(orders);
    const summary = await bytes(`${exported}/manifest-summary.json`);
    const files = await bytes(`${exported}/manifest-files.json`);
    for (const [name, body] of [
      ['summary', summary],
      ['files', files],
    ] as const) {
      const md5 = createHash('md5').update(body).digest('base64');
      expect((await bytes(`${exported}/manifest-${name}.md5`)).toString()).toBe(md5);
    }
    const prefix = kind === 'disk' ? '' : 'a/b/';
    const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';
    expect(JSON.parse(summary.toString())).toEqual({
      version: '2020-06-30',
      exportArn: `${arn}/export/${exported.split('/').at(-1)}`,
      startTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      endTime: expect.stringMatching(/Z$/),
      tableArn: arn,
      tableId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      exportTime: expect.stringMatching(/Z$/),
      s3Bucket: kind === 'disk' ? '' : 'archives',
      s3Prefix: `${prefix}orders`,
      s3SseAlgorithm: 'AES256',
      s3SseKmsKeyId: null,
      manifestFilesS3Key: `${prefix}${exported}/manifest-files.json`,
      // Lines with numbers of one digit are a byte shorter, those of three a byte longer.
      billedSizeBytes: 120 * '{"Item":{"id":{"S":"key 000000"},"n":{"N":"10"}}}\n'.length - 10 + 20,
      itemCount: 120,
      outputFormat: 'DYNAMODB_JSON',
      exportType: 'FULL_EXPORT',
    });
    const lines = files.toString().split('\n');
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      itemCount: 95,
      md5Checksum: md5Base64(await bytes(data)),
      etag: createHash('md5')
        .update(await bytes(data))
        .digest('hex'),
      dataFileS3Key: `${prefix}${data}`,
    });
    await store.finish(orders);
    expect(await bytes(`${exported}/manifest-summary.json`)).toEqual(summary);
    expect(await bytes(`${exported}/manifest-files.json`)).toEqual(files);
    expect(await all(archive.place.files(`${exported}/data`))).toHaveLength(2);
  });
});
