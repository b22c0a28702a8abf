import { tmpdir } from 'node:os';
import { InputError } from '../../src/errors.js';
import { openStore } from '../../src/stores/open-store.js';
import { parseStoreUrl, type StoreUrl } from '../../src/stores/store-url.js';
import { created, description } from '../support/store-conformance/subject.js';

function parsed(text: string): StoreUrl {
  const result = parseStoreUrl(text);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.url;
}

test.each([
  ['dynamodb://eu-west-1/shop-', 'dynamodb', 'dynamodb://eu-west-1/shop-'],
  ['postgres://me:hunter2@db/shop', 'postgres', 'postgres://me@db/shop?schema=public'],
  [`archive:${tmpdir()}`, 'archive', `archive:${tmpdir()}`],
  ['s3://orders/2026?region=eu-west-1', 'archive', 's3://orders/2026?region=eu-west-1'],
  ['memory:open', 'memory', 'memory:open'],
])('%s is opened by its driver, without a request and without its secrets', async (url, engine, location) => {
  const store = openStore(parsed(url), { requestTimeoutMs: 1_000 });
  expect({ engine: store.engine, location: store.location }).toEqual({ engine, location });
  await store.close();
});

test('a store that stands in for another is named as that one', async () => {
  const location = 'dynamodb://embedded?path=/data';
  const url = parsed('dynamodb://us-east-1/?endpoint=http://127.0.0.1:1');
  const store = openStore(url, { requestTimeoutMs: 1_000, location });
  expect(store.location).toBe(location);
  await store.close();
});

test('memory stores of one name are one', async () => {
  const [first, second] = [1, 2].map(() => openStore(parsed('memory:one'), { requestTimeoutMs: 1_000 }));
  const identity = first && (await created(first, description()));
  expect((await second?.describe('orders'))?.identity).toBe(identity);
});

test.each(['dynamodb://embedded?path=/data', 'postgres://embedded?path=/data'])(
  '%s cannot be opened before its engine is started',
  (url) => {
    const open = () => openStore(parsed(url), { requestTimeoutMs: 1_000 });
    expect(open).toThrow(InputError);
    expect(open).toThrow(/embedded/);
  },
);
