import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, StoreClosedError } from '../../src/errors.js';
import { openDatabaseVersions } from '../../src/local/open-database-versions.js';
import { openLocalStore } from '../../src/local/open-local-store.js';
import { parseStoreUrl } from '../../src/stores/store-url.js';
import { partitionVersion, registerPartition } from '../../src/versions/partition-versions.js';
import { readState } from '../../src/versions/state-entry.js';
import { testDynamodb } from '../support/dynamodb.js';
import { testPostgres } from '../support/postgres.js';

async function openStoreOf(text: string): ReturnType<typeof openLocalStore> {
  const parsed = parseStoreUrl(text);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  return await openLocalStore(parsed.url, 5_000);
}

/** What is written through one is there in the store's own key-value store, and is no table of the store. */
async function isOfTheStore(url: string): Promise<void> {
  const versions = await openDatabaseVersions(url);
  expect(await readState(versions)).toBeUndefined();
  await registerPartition(versions, 'acme', 7);
  const { store, close } = await openStoreOf(url);
  expect(await partitionVersion(store.keyValues, 'acme')).toBe(7);
  for await (const table of store.tables()) throw new Error(`there is a table ${table}`);
  await close();
  expect(await partitionVersion(versions, 'acme')).toBe(7);
  await Promise.all([versions.close(), versions.close()]);
}

describe('openDatabaseVersions', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carryover-versions-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('opens what lies in DynamoDB, behind the prefix of the URL', async () => {
    const engine = await testDynamodb();
    await isOfTheStore(`dynamodb://us-east-1/shop-?endpoint=${engine.endpoint}`);
    await engine.stop();
  });

  test('opens what lies in PostgreSQL', async () => {
    const engine = await testPostgres();
    await isOfTheStore(engine.url);
    await engine.stop();
  });

  test('opens what lies in an embedded engine and in an archive', async () => {
    await isOfTheStore(`dynamodb://embedded?path=${join(folder, 'embedded')}`);
    await isOfTheStore(`archive:${join(folder, 'archive')}`);
  });

  test('is closed for good', async () => {
    const versions = await openDatabaseVersions(`dynamodb://embedded?path=${join(folder, 'closed')}`);
    await versions.close();
    await expect(readState(versions)).rejects.toThrow(StoreClosedError);
  });

  test.each<[unknown, RegExp]>([
    [undefined, /^url: must be text, it is undefined$/],
    ['shop', /^url: "shop" is not a store URL/],
    ['postgres://me:secret@', /^url: (?!.*secret)/],
  ])('refuses the URL %p, and repeats no password', async (url, message) => {
    const opening = openDatabaseVersions(url as string);
    await expect(opening).rejects.toThrow(InputError);
    await expect(opening).rejects.toThrow(message);
  });

  test('refuses a timeout that is none', async () => {
    await expect(openDatabaseVersions('memory:x', { requestTimeoutMs: 0 })).rejects.toThrow(/^requestTimeoutMs: /);
  });
});
