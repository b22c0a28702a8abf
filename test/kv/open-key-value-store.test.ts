import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, openKeyValueStore, StoreClosedError, withPrefix } from '../../src/kv/exports.js';
import { openLocalStore } from '../../src/local/open-local-store.js';
import { parseStoreUrl } from '../../src/stores/store-url.js';
import { testDynamodb } from '../support/dynamodb.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { testPostgres } from '../support/postgres.js';

const [p, k] = [bytes('p'), bytes('k')];

/** Two stores of one URL are one store, which outlives the first. */
async function staysInPlace(url: string): Promise<void> {
  const first = await openKeyValueStore(url);
  const predicate = await first.setIf(p, k, bytes('1'), undefined);
  await first.close();
  await expect(first.get(p, k)).rejects.toThrow(StoreClosedError);
  const second = await openKeyValueStore(url);
  await second.setIf(p, k, bytes('2'), predicate);
  expect(await collect(second.scan(p))).toEqual([{ key: k, value: bytes('2') }]);
  await second.close();
}

async function tablesOf(text: string): Promise<string[]> {
  const parsed = parseStoreUrl(text);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const { store, close } = await openLocalStore(parsed.url, 5_000);
  try {
    return await collect(store.tables());
  } finally {
    await close();
  }
}

describe('openKeyValueStore', () => {
  test('names all that is wrong with its options at once', async () => {
    for (const requestTimeoutMs of [0, 1.5, Number.NaN]) {
      const opening = openKeyValueStore('', { table: 5 as unknown as string, requestTimeoutMs });
      const named = [{ field: 'url' }, { field: 'table' }, { field: 'requestTimeoutMs' }];
      await expect(opening).rejects.toMatchObject({ name: 'InputError', faults: named });
    }
  });

  test.each([
    [
      'dynamodb://us-east-1/shop-?endpoint=http://127.0.0.1:1',
      /^table "key_values" of dynamodb:\/\/us-east-1\/shop-\?/,
    ],
    ['postgres://me:secret@127.0.0.1:1/db?schema=kv', /^table "key_values" of postgres:\/\/(?!.*secret).*127/],
  ])('names the store that does not answer (%s)', async (url, message) => {
    const store = await openKeyValueStore(url, { retry: { attempts: 1 } });
    await expect(store.get(p, k)).rejects.toThrow(message);
    await store.close();
  });

  test('opens a store in DynamoDB, in a table behind the prefix of the URL', async () => {
    const engine = await testDynamodb();
    const url = `dynamodb://us-east-1/opened-?endpoint=${engine.endpoint}`;
    await staysInPlace(url);
    expect(await tablesOf(url)).toEqual(['key_values']);
    await engine.stop();
  });

  test('opens a store in PostgreSQL, in a schema that it makes', async () => {
    const engine = await testPostgres();
    const url = `${engine.url}?schema=services`;
    await staysInPlace(url);
    expect(await tablesOf(url)).toEqual(['key_values']);
    await engine.stop();
  });

  test.each(['dynamodb', 'postgres'])('starts an embedded engine (%s) and ends it', async (engine) => {
    const folder = await mkdtemp(join(tmpdir(), 'carryover-kv-'));
    await staysInPlace(`${engine}://embedded?path=${folder}`);
    await rm(folder, { recursive: true });
  });

  test('opens a new store in memory each time', async () => {
    const [one, other] = [await openKeyValueStore('memory:'), await openKeyValueStore('memory:')];
    await one.set(p, k, bytes('v'));
    expect(await other.get(p, k)).toBeUndefined();
  });

  test('puts around the driver what it is given', async () => {
    const decorate = (driver: Parameters<typeof withPrefix>[0]) => withPrefix(driver, new Uint8Array(1000));
    const store = await openKeyValueStore('memory:', { decorate });
    await expect(store.get(new Uint8Array(24), k)).rejects.toThrow(/has 24 bytes; it may have at most 23/);
  });

  test.each([
    ['dynamodb://us-east-1', 'carryover', /Carryover's own/],
    ['dynamodb://us-east-1/', 'a b', /only the characters/],
    ['postgres://somebody@host/db', 'carryover', /Carryover's own/],
    ['postgres://somebody@host/db', 'x'.repeat(64), /has 1 to 63 bytes; this one has 64/],
    ['archive:folder', 'kv', /holds no key-value store/],
    ['redis://host', 'kv', /^url: "redis:" holds no key-value store: give one of dynamodb:.* memory:$/],
    ['me:secret@host', 'kv', /^url: "me:" holds no/],
    ['memory', 'kv', /^url: "memory" holds no/],
    [undefined as unknown as string, 'kv', /^url: must be text, it is undefined: one of dynamodb:/],
  ])('refuses %s with the table %s', async (url, table, message) => {
    const opening = openKeyValueStore(url, { table });
    await expect(opening).rejects.toThrow(InputError);
    await expect(opening).rejects.toThrow(message);
  });
});
