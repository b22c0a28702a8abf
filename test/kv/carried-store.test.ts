import { randomBytes } from 'node:crypto';
import { CorruptDataError, PredicateFailedError } from '../../src/errors.js';
import { openKeyValueStore, type KeyValueStore, type Predicate } from '../../src/kv/exports.js';
import { openFolder, type CommandFolder } from '../cli/in-folder.js';
import { testDynamodb } from '../support/dynamodb.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { testPostgres } from '../support/postgres.js';

let folder: CommandFolder;
let dynamodb: Awaited<ReturnType<typeof testDynamodb>>;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
beforeAll(async () => {
  [dynamodb, postgres] = await Promise.all([testDynamodb(), testPostgres()]);
  folder = await openFolder();
});
afterAll(async () => {
  await folder.remove();
  await postgres.stop();
  await dynamodb.stop();
});

const newName = (): string => `kv${randomBytes(6).toString('hex')}`;
const newUrl = {
  DynamoDB: () => `dynamodb://us-east-1/${newName()}-?endpoint=${dynamodb.endpoint}`,
  PostgreSQL: () => `${postgres.url}?schema=${newName()}`,
};
const partitions = [new Uint8Array(), bytes('p'), bytes('p/'), Uint8Array.of(0, 255), new Uint8Array(1023).fill(0xfe)];
const keys = [new Uint8Array(), Uint8Array.of(0), bytes('k'), Uint8Array.of(255), new Uint8Array(1023).fill(1)];

async function opened<T>(url: string, work: (store: KeyValueStore) => Promise<T>): Promise<T> {
  const store = await openKeyValueStore(url);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Every kind of entry; the predicate of one that was written often. */
function fill(url: string): Promise<Predicate | undefined> {
  return opened(url, async (store) => {
    for (const [at, partition] of partitions.entries())
      for (const [place, key] of keys.entries())
        await store.set(partition, key, place === at ? new Uint8Array() : Uint8Array.of(at, place, 0, 255));
    let predicate: Predicate | undefined;
    for (let write = 0; write < 20; write++)
      predicate = await store.setIf(bytes('often'), bytes('k'), bytes(`${write}`), predicate);
    await store.set(bytes('large'), bytes('k'), new Uint8Array(400_000).fill(7));
    return predicate;
  });
}

/** All entries, in the order of scans, with what they are read as one by one. */
function contents(url: string): Promise<unknown> {
  return opened(url, async (store) => {
    const all = [];
    for (const partition of [...partitions, bytes('often'), bytes('large')]) {
      const scanned = await collect(store.scan(partition));
      const got = await Promise.all(scanned.map(({ key }) => store.get(partition, key)));
      all.push({ partition, scanned, got });
    }
    return all;
  });
}

async function copy(from: string, to: string): Promise<void> {
  const { exitCode, stderr } = await folder.run('copy', '--from', from, '--to', to);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
}

describe.each([
  ['DynamoDB', 'PostgreSQL'],
  ['PostgreSQL', 'DynamoDB'],
] as const)('a key-value store carried from %s to %s', (from, to) => {
  test('has every entry and predicate there, in the same order, is written as before, and can be carried back', async () => {
    const [source, target, again] = [newUrl[from](), newUrl[to](), newUrl[from]()];
    const known = await fill(source);
    await copy(source, target);
    expect(await contents(target)).toEqual(await contents(source));

    await opened(target, async (store) => {
      const [p, k] = [bytes('often'), bytes('k')];
      const next = await store.setIf(p, k, bytes('next'), known);
      await expect(store.setIf(p, k, bytes('stale'), known)).rejects.toThrow(PredicateFailedError);
      await store.setIf(p, k, bytes('last'), next);
      await store.setIf(p, bytes('new'), bytes('made'), undefined);
      await expect(store.setIf(p, bytes('new'), bytes('twice'), undefined)).rejects.toThrow(PredicateFailedError);
      await store.set(p, bytes('set'), bytes('one'));
      await store.set(p, bytes('set'), bytes('two'));
      await store.delete(bytes('p'), bytes('k'));
    });
    await copy(target, again);
    expect(await contents(again)).toEqual(await contents(target));
    const left = await opened(again, (store) => collect(store.scan(bytes('often'))));
    expect(left.map(({ value }) => new TextDecoder().decode(value))).toEqual(['last', 'made', 'two']);
  });
});

test('a table in PostgreSQL that holds no key-value store is named as such', async () => {
  const url = new URL(postgres.url);
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE other (partition bytea, key bytea, PRIMARY KEY (partition, key))');
  await client.query('CREATE TABLE half (partition bytea, key bytea, item json, PRIMARY KEY (partition, key))');
  await client.query(
    `INSERT INTO half VALUES ('/p', '/k', '{"value":{"B":"AA=="}}'), ('/p', '/l', '{"writes":{"L":[]}}')`,
  );
  await client.end();
  const [p, k] = [bytes('p'), bytes('k')];
  const other = await openKeyValueStore(url.href, { table: 'other' });
  await expect(other.get(p, k)).rejects.toThrow(/neither the columns value and writes nor item/);
  const half = await openKeyValueStore(url.href, { table: 'half' });
  await expect(half.get(p, k)).rejects.toThrow(/without "writes" at "p", "k"/);
  await expect(collect(half.scan(p, bytes('l')))).rejects.toThrow(CorruptDataError);
  await Promise.all([other.close(), half.close()]);
});
