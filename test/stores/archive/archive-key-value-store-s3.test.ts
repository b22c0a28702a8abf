import { OutcomeUnknownError, PredicateFailedError } from '../../../src/errors.js';
import { checkedStore } from '../../../src/kv/checked-store.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { S3KeyValueDriver } from '../../../src/stores/archive/archive-key-value-store-s3.js';
import { createS3Client } from '../../../src/stores/archive/s3-client.js';
import { S3Place } from '../../../src/stores/archive/s3-place.js';
import { bytes } from '../../support/kv-bytes.js';
import { kvConformance, quick } from '../../support/kv-conformance.js';
import { startTestS3, type TestS3 } from './test-s3.js';

let s3: TestS3;
let opened = 0;
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3.stop());

const open = () => {
  const at = { bucket: s3.bucket, prefix: `kv/${opened++}`, endpoint: s3.endpoint };
  const place = new S3Place(at, 's3:test', createS3Client(at, 5_000), 5_000);
  return Promise.resolve(new S3KeyValueDriver(place, createS3Client(at, 5_000, 1), 10));
};

kvConformance('objects of an archive on S3', open, { sequential: 5 });

describe('an entry on S3', () => {
  const [partition, key] = [bytes('p'), bytes('k')];
  let store: KeyValueStore;
  beforeEach(async () => {
    store = checkedStore(await open(), quick);
  });
  afterEach(() => {
    s3.intercept = () => undefined;
  });

  /** Breaks the connection of the first PUT: before it is done, or after. */
  function breakFirstPut(when: 'break' | 'break-after'): void {
    let first = true;
    s3.intercept = (method) => {
      if (method !== 'PUT' || !first) return undefined;
      first = false;
      return when;
    };
  }

  test.each(['break', 'break-after'] as const)('is written once when the connection breaks: %s', async (when) => {
    const predicate = await store.setIf(partition, key, bytes('1'), undefined);
    breakFirstPut(when);
    const next = await store.setIf(partition, key, bytes('2'), predicate);
    expect(await store.get(partition, key)).toEqual({ value: bytes('2'), predicate: next });
    await expect(store.setIf(partition, key, bytes('3'), predicate)).rejects.toThrow(PredicateFailedError);
  });

  test('is recognised as created when the connection broke after it was', async () => {
    breakFirstPut('break-after');
    await store.setIf(partition, key, bytes('1'), undefined);
    expect((await store.get(partition, key))?.value).toEqual(bytes('1'));
  });

  test('is in doubt when its creation got no answer and it is not there', async () => {
    breakFirstPut('break');
    await expect(store.setIf(partition, key, bytes('1'), undefined)).rejects.toThrow(OutcomeUnknownError);
  });

  test('is tried again when S3 says that another conditional write was under way', async () => {
    const predicate = await store.setIf(partition, key, bytes('1'), undefined);
    let conflicts = 2;
    s3.intercept = (method) => (method === 'PUT' && conflicts-- > 0 ? 409 : undefined);
    await store.setIf(partition, key, bytes('2'), predicate);
    expect((await store.get(partition, key))?.value).toEqual(bytes('2'));
  });
});
