import { createHash, randomBytes } from 'node:crypto';
import {
  CorruptDataError,
  InputError,
  LeaseLostError,
  StoreUnavailableError,
  ThrottledError,
} from '../../../src/errors.js';
import { FileMissingError } from '../../../src/stores/archive/archive-place.js';
import { createS3Client } from '../../../src/stores/archive/s3-client.js';
import { S3Place } from '../../../src/stores/archive/s3-place.js';
import type { Fence } from '../../../src/stores/store.js';
import { all } from './all.js';
import { startTestS3, type TestS3 } from './test-s3.js';

describe('a place on S3', () => {
  let s3: TestS3;
  let place: S3Place;
  beforeEach(async () => {
    s3 = await startTestS3();
    place = open(s3.bucket);
  });
  afterEach(async () => {
    await place.close();
    await s3.stop();
  });

  function open(bucket: string, attempts = 3, onThrottled?: () => void): S3Place {
    const at = { bucket, prefix: 'p', endpoint: s3.endpoint };
    return new S3Place(at, `s3://${bucket}/p`, createS3Client(at, 5_000, attempts, onThrottled), 5_000);
  }

  async function upload(path: string, body: Buffer, fence?: Fence): Promise<{ etag: string; requests: number }> {
    const uploading = place.upload(path, fence);
    try {
      for (let at = 0; at < body.length; at += 1_000_000) await uploading.write(body.subarray(at, at + 1_000_000));
      return await uploading.finish();
    } finally {
      await uploading.abandon();
    }
  }

  const requestsOf = (kind: RegExp): string[] => s3.requests.filter((request) => kind.test(request));

  test('takes a large file in parts and gives it back in ranges', async () => {
    const body = randomBytes(21 * 1024 * 1024);
    const { etag, requests } = await upload('orders/large', body);
    expect(etag).toMatch(/^[0-9a-f]{32}/);
    expect(requestsOf(/partNumber=/)).toHaveLength(3);
    expect(requests).toBeGreaterThanOrEqual(5);
    const chunks = await all(place.chunks('orders/large'));
    expect(Math.max(...chunks.map((chunk) => chunk.byteLength))).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
  });

  test('takes a small file in one request', async () => {
    const { etag } = await upload('orders/small', Buffer.from('small'));
    expect(etag).toBe(createHash('md5').update('small').digest('hex'));
    expect(s3.requests).toEqual(['PUT /archives/p/orders/small']);
  });

  test('shows nothing of an upload that was given up, and aborts it', async () => {
    const uploading = place.upload('orders/large');
    await uploading.write(randomBytes(9 * 1024 * 1024));
    await uploading.abandon();
    expect(requestsOf(/^DELETE .*uploadId=/)).toHaveLength(1);
    expect(await all(place.files(''))).toEqual([]);
  });

  test('asks the fence before the request that makes a file visible, and before each repetition', async () => {
    let asked = 0;
    const fence: Fence = {
      token: 1,
      partition: new Uint8Array(),
      key: new Uint8Array(),
      tokenOf: () => 1,
      assertMaySend: () => {
        asked += 1;
        if (asked > 2) throw new LeaseLostError('the lease is lost');
      },
    };
    // The first asks come with the beginning of the upload and its completion; this completion has to be repeated.
    s3.intercept = (method, url) => (method === 'POST' && url.includes('uploadId=') ? 500 : undefined);
    await expect(upload('orders/large', randomBytes(9 * 1024 * 1024), fence)).rejects.toThrow(LeaseLostError);
    expect(asked).toBe(3);
    expect(requestsOf(/^POST .*uploadId=/)).toHaveLength(1);
    expect(await all(place.files(''))).toEqual([]);
  });

  test('survives connections that break, in writing and in reading', async () => {
    const body = randomBytes(9 * 1024 * 1024);
    let requests = 0;
    s3.intercept = () => (requests++ % 3 === 1 ? 'break' : undefined);
    await upload('orders/large', body);
    expect(Buffer.concat(await all(place.chunks('orders/large'))).equals(body)).toBe(true);
  });

  test('does not mix two versions of a file that is replaced while it is read', async () => {
    await upload('orders/large', randomBytes(9 * 1024 * 1024));
    const chunks = place.chunks('orders/large')[Symbol.asyncIterator]();
    await chunks.next();
    // s3rver does not know If-Match of a GET; this is S3's answer to it.
    s3.intercept = (method) => (method === 'GET' ? 412 : undefined);
    await expect(chunks.next()).rejects.toThrow(CorruptDataError);
  });

  test('tells a missing file from a missing bucket', async () => {
    expect(await place.read('orders/none')).toBeUndefined();
    await expect(all(place.chunks('orders/none'))).rejects.toThrow(FileMissingError);
    await place.remove(['orders/none']);
    const other = open('no-such-bucket');
    await expect(other.read('x')).rejects.toThrow(InputError);
    expect(await other.complaint('source')).toMatch(/the bucket does not exist/);
    await other.close();
  });

  test.each([
    [503, ThrottledError],
    [500, StoreUnavailableError],
    ['break', StoreUnavailableError],
    [403, InputError],
  ] as const)(
    'ends a request that always gets %p with its own error, after a bounded number of attempts',
    async (fault, type) => {
      s3.intercept = () => fault;
      await expect(place.put('x', Buffer.from('x'))).rejects.toThrow(type);
      expect(s3.requests.length).toBe(fault === 403 ? 1 : 3);
    },
  );

  test('tells once of each request that S3 asks to slow down, of no other fault', async () => {
    let throttles = 0;
    const watched = open(s3.bucket, 3, () => (throttles += 1));
    for (const [fault, told] of [
      [503, 2],
      [429, 2],
      [500, 0],
      ['break', 0],
    ] as const) {
      let left = 2;
      throttles = 0;
      s3.intercept = () => (left-- > 0 ? fault : undefined);
      await watched.put('x', Buffer.from('x'));
      expect({ fault, throttles }).toEqual({ fault, throttles: told });
    }
    await watched.close();
  });

  test('removes many files, and lists those of a folder that begin alike', async () => {
    const paths = Array.from({ length: 30 }, (_, index) => `orders/data/u${index}-p1`);
    for (const path of paths) await place.put(path, Buffer.from('x'));
    expect(await all(place.files('orders/data', 'u1-'))).toEqual([{ path: 'orders/data/u1-p1', sizeBytes: 1 }]);
    await place.remove(paths.slice(1));
    expect((await all(place.files('orders'))).map((file) => file.path)).toEqual([paths[0]]);
    expect(await place.folders('')).toEqual(['orders']);
    expect(await place.folders('orders')).toEqual(['data']);
  });
});
