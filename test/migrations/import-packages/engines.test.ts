import { headers } from '../../../src/migrations/import-packages/package-header.js';
import { readState } from '../../../src/versions/state-entry.js';
import { collect } from '../../support/kv-bytes.js';
import { bytes, entriesIn, expectedEntries } from './library.js';
import {
  expectSuccess,
  leadingTo,
  openLibraryWorlds,
  targets,
  type LibraryWorld,
  type LibraryWorlds,
} from './library-worlds.js';

let worlds: LibraryWorlds;
beforeAll(async () => (worlds = await openLibraryWorlds()));
afterAll(() => worlds.stop());

const size = { books: 1_300, readers: 700 };
const oldTables = ['authors', 'books', 'readers'];
const home = { dynamodb: 'dynamodb', schema: 'schema', same: 'sql' } as const;
const ways = [
  ['straight', {}],
  ['by way of an archive on disk', { via: 'archive' }],
] as const;
const everyWay = targets.flatMap((target) => ways.map(([way, via]) => [target, way, via] as const));

describe('the packages of a database in PostgreSQL', () => {
  test.each(everyWay)('come into the key-value store of a service (%s), %s', async (target, _way, via) => {
    const world = await worlds.world(size);
    expectSuccess(await world.up(leadingTo(target, via)));

    const store = await world.store(home[target]);
    expect(await entriesIn(store, 'key_values')).toEqual(expectedEntries(size));
    await readsAll(world, target);
    expect(await readState(store.keyValues)).toMatchObject({ version: 1, cleanup: [] });
    // Nothing is left of the way.
    expect(await world.tables('sql')).toEqual(target === 'same' ? ['key_values'] : []);
    expect(await world.tables('archive')).toEqual([]);
    expect(await collect(headers((await world.store('archive')).keyValues))).toEqual([]);
  });

  test('stay in their tables where that is asked for', async () => {
    const world = await worlds.world({ books: 30, readers: 5 });
    expectSuccess(await world.up(leadingTo('schema', { keepTables: true })));
    expect(await world.tables('sql')).toEqual(oldTables);
    const { rows } = await world.sql.query<{ count: string }>('SELECT count(*) FROM books');
    expect(rows).toEqual([{ count: '30' }]);
  });
});

/** The service finds each book by get and by scan, and a value that get returned is a predicate to write with. */
async function readsAll(world: LibraryWorld, target: (typeof targets)[number]): Promise<void> {
  const service = await world.service(target);
  const scanned = await collect(service.scan(bytes('books')));
  const numbers = Array.from({ length: size.books }, (_, n) => n);
  const authors = Math.ceil(size.books / 10);
  expect(scanned.map(({ value }) => Buffer.from(value).toString()).sort()).toEqual(
    numbers.map((n) => `b${n} by Author ${n % authors}`).sort(),
  );
  const keys = scanned.map(({ key }) => Buffer.from(key));
  expect(keys).toEqual([...keys].sort(Buffer.compare));
  const entry = await service.get(bytes('books'), bytes('b7'));
  expect(Buffer.from(entry?.value ?? []).toString()).toBe('b7 by Author 7');
  if (entry === undefined) throw new Error('the service has no book 7');
  await service.setIf(bytes('books'), bytes('b7'), bytes('lent'), entry.predicate);
  await expect(service.setIf(bytes('books'), bytes('b7'), bytes('lost'), entry.predicate)).rejects.toMatchObject({
    name: 'PredicateFailedError',
  });
  expect(Buffer.from((await service.get(bytes('books'), bytes('b7')))?.value ?? []).toString()).toBe('lent');
}

describe('the table of the entries', () => {
  test.each(targets)('is what the driver of the service makes (%s)', async (target) => {
    const world = await worlds.world({ books: 1, readers: 1 });
    expectSuccess(await world.up(leadingTo(target)));
    const service = await world.service(target, 'made_by_driver');
    await service.set(bytes('a'), bytes('b'), bytes('c'));
    const store = await world.store(home[target]);
    const { name: _, identity: __, ...ours } = await store.describe('key_values');
    const { name: ___, identity: ____, ...theirs } = await store.describe('made_by_driver');
    const named = (text: unknown): unknown =>
      JSON.parse(JSON.stringify(text).replaceAll('made_by_driver', 'key_values'));
    expect(withoutSizes(ours)).toEqual(withoutSizes(named(theirs)));
  });
});

function withoutSizes(description: unknown): unknown {
  return JSON.parse(
    JSON.stringify(description, (key, value: unknown) =>
      ['items', 'sizeBytes', 'TableArn', 'TableId', 'CreationDateTime'].includes(key) ? undefined : value,
    ),
  );
}
