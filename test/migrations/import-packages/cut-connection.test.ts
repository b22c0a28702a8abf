import { headers } from '../../../src/migrations/import-packages/package-header.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { collect } from '../../support/kv-bytes.js';
import { startCuttingProxy, type CutPlace, type CuttingProxy } from './cutting-proxy.js';
import { entriesIn, expectedEntries } from './library.js';
import {
  expectSuccess,
  leadingTo,
  openLibraryWorlds,
  type LibraryWorld,
  type LibraryWorlds,
} from './library-worlds.js';

let worlds: LibraryWorlds;
let proxy: CuttingProxy;
beforeAll(async () => {
  worlds = await openLibraryWorlds();
  proxy = await startCuttingProxy(worlds.postgresUrl);
});
afterEach(() => (proxy.decide = () => undefined));
afterAll(async () => {
  await proxy.stop();
  await worlds.stop();
});

/** Packages get 500 rows at a time: the table of books has three such pages, of which the last one is not full. */
const size = { books: 1_300, readers: 10 };
const straight = leadingTo('schema');
const exported = leadingTo('dynamodb', { via: 'archive' });

const isPage = (sql: string): boolean => /FROM [^,]*\."books" .*ORDER BY .*LIMIT/s.test(sql);
/** Any but the first one of the segment. */
const isLaterPage = (sql: string): boolean => isPage(sql) && sql.includes('WHERE');
const isLookUp = (sql: string): boolean => /FROM [^,]*\."authors" .*UNION ALL/s.test(sql);

/** A library that is read by way of the proxy, in one segment a table. */
const behindProxy = (): Promise<LibraryWorld> =>
  worlds.world(size, { sqlUrl: (url) => proxy.urlOf(url), settings: { segments: 1 } });

/** The tables by way of the proxy, asked twice and not for as long as a server may take to come back. */
async function up(world: LibraryWorld, registry = straight): ReturnType<LibraryWorld['up']> {
  const { url } = world.project.stores['sql'] as { url: string };
  const [connection = '', schema = ''] = url.split('?schema=');
  const sql = openPostgresStore({
    ...{ connection, schema, location: 'the tables of the service', requestTimeoutMs: 5_000 },
    retry: { attempts: 2, baseMs: 1 },
  });
  const dependencies = (given: Dependencies): Dependencies => ({
    ...given,
    openStore: (name) => (name === 'sql' ? Promise.resolve(sql) : given.openStore(name)),
  });
  try {
    return await world.up(registry, { dependencies });
  } finally {
    await sql.close();
  }
}

/** The run failed by name, and all is as it was before. */
async function expectRefused(world: LibraryWorld, run: Awaited<ReturnType<typeof up>>, what: RegExp): Promise<void> {
  expect(run.exitCode).not.toBe(0);
  expect(run.status).toBe('failed');
  expect(run.error?.message).toMatch(what);
  const { rows } = await world.sql.query(
    'SELECT (SELECT count(*) FROM books)::int AS books, (SELECT count(*) FROM readers)::int AS readers',
  );
  expect(rows).toEqual([size]);
  const state = await readState((await world.store('sql')).keyValues);
  expect({ version: state?.version, moved: state?.moved, lease: state?.lease }).toEqual({ version: 0 });
}

async function goesOn(world: LibraryWorld, registry = straight, target: 'schema' | 'dynamodb' = 'schema') {
  proxy.decide = () => undefined;
  expectSuccess(await up(world, registry));
  expect(await entriesIn(await world.store(target), 'key_values')).toEqual(expectedEntries(size));
}

const unanswered = (table: string): RegExp =>
  new RegExp(
    `"(export of )?books": StoreUnavailableError: the tables of the service did not answer for table "${table}"`,
  );

const places: [string, CutPlace][] = [
  ['between two rows', { afterRows: 200 }],
  ['within a row', { withinRow: 200 }],
  ['behind the end of the page before', { afterRows: 0 }],
  ['behind the last row of all, before the server says so', 'before the end is told'],
];

describe('a connection to the tables that is cut whenever it is', () => {
  test.each(places)('%s fails the run; without the cut it ends equal', async (_where, place) => {
    const world = await behindProxy();
    proxy.decide = (sql) => (isLaterPage(sql) ? place : undefined);
    await expectRefused(world, await up(world), unanswered('books'));
    await goesOn(world);
  });

  test('between two rows seals no export', async () => {
    const world = await behindProxy();
    proxy.decide = (sql) => (isLaterPage(sql) ? { afterRows: 200 } : undefined);
    await expectRefused(world, await up(world, exported), unanswered('books'));
    const { keyValues } = await world.store('archive');
    expect((await collect(headers(keyValues))).map(({ package: name, sealed }) => [name, sealed])).toEqual([
      ['books', undefined],
      ['readers', undefined],
    ]);
    await goesOn(world, exported, 'dynamodb');
  });

  test('between two rows while it is validated fails the run', async () => {
    const world = await behindProxy();
    let readings = 0;
    proxy.decide = (sql) => {
      if (isPage(sql) && !isLaterPage(sql)) readings += 1;
      return isLaterPage(sql) && readings > 1 ? { afterRows: 200 } : undefined;
    };
    await expectRefused(world, await up(world), unanswered('books'));
    // All of it was carried, and nothing of that counts before it is read again to its end.
    expect(await entriesIn(await world.store('schema'), 'key_values')).toEqual(expectedEntries(size));
    await goesOn(world);
  });

  test('where a package looks up other rows fails the run', async () => {
    const world = await behindProxy();
    let lookUps = 0;
    proxy.decide = (sql) => (isLookUp(sql) && ++lookUps > 3 ? { afterRows: 20 } : undefined);
    await expectRefused(world, await up(world), unanswered('authors'));
    expect(lookUps).toBeGreaterThan(3);
    await goesOn(world);
  });

  test('after a page that came whole is opened again, and nothing is left out', async () => {
    const world = await behindProxy();
    proxy.decide = (sql) => (isPage(sql) ? 'after the answer' : undefined);
    const before = proxy.cuts;
    expectSuccess(await up(world));
    expect(proxy.cuts).toBeGreaterThan(before);
    expect(await entriesIn(await world.store('schema'), 'key_values')).toEqual(expectedEntries(size));
  });
});
